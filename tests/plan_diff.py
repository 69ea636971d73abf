#!/usr/bin/env python3
"""Differential test against SQLite: random plans and the SQL that means the same, random histories,
and after every step the rows that ssp's updates add up to against the rows that SQLite finds.

usage: plan_diff.py SSP FIRST_SEED LAST_SEED

Operators: filter, project, join, aggregate, distinct, union, except, intersect, limit. Values are
of domains on which both agree: each column is of one type, whole numbers and quarters (whose sums
doubles hold exactly), short texts, truth as 0 and 1. What SQLite has no function for (medians,
deviations, arrays in an order) is computed from fractions. A failure prints the seed, which repeats
it, the plan, the SQL, the log and both results.
"""
import argparse
import collections
import json
import random
import sqlite3
import subprocess
import sys
import tempfile

from plan_sql import COLUMNS, TABLES, VALUES, Plans, quoted
from sqlite_aggregates import AGGREGATES, plain
from sqlite_functions import FUNCTIONS, strict

STEPS = (5, 25)


class History:
    """Random lines, and the same in SQLite's tables."""

    def __init__(self, rng):
        self.rng = rng
        self.live = {table: set() for table in TABLES}
        self.sql = sqlite3.connect(":memory:")
        self.sql.execute("PRAGMA case_sensitive_like = ON")
        for name, aggregate in AGGREGATES.items():
            self.sql.create_aggregate(name, -1, aggregate)
        for name, function in FUNCTIONS.items():
            self.sql.create_function(name, -1, strict(function), deterministic=True)
        for table in TABLES:
            self.sql.execute(f"CREATE TABLE {table} (id PRIMARY KEY, {', '.join(COLUMNS)})")

    def value(self, kind):
        return None if self.rng.random() < 0.15 else self.rng.choice(VALUES[kind])

    def spelled(self, value):
        """JSON, numbers in one of many ways."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return json.dumps(value, ensure_ascii=self.rng.random() < 0.5)
        ways = [str(value), f"{value}e0", f"{value * 100:.0f}e-2", f"{value * 1.0}"]
        return self.rng.choice(ways)

    def line(self):
        table, key = self.rng.choice(TABLES), self.rng.randint(1, 6)
        op = self.rng.choice(["create", "update", "update", "patch", "delete"])
        if op == "patch" and key not in self.live[table]:
            op = "create"
        text = f'{{"table":"{table}","op":"{op}","id":{key}'
        if op == "delete":
            self.live[table].discard(key)
            return text + "}"
        self.live[table].add(key)
        record = {name: self.value(kind) for name, kind in COLUMNS.items()}
        if op == "patch":  # a null would take the field away
            record = {name: value for name, value in record.items()
                      if value is not None and self.rng.random() < 0.4}
        fields = ",".join(f'"{name}":{self.spelled(value)}' for name, value in record.items())
        return f'{text},"record":{{{fields}}}}}'

    def step(self):
        """The lines of a step."""
        lines = [self.line() for _ in range(self.rng.choice([1, 1, 1, 2, 5]))]
        return lines + ['{"op":"flush"}']

    def apply(self, step):
        """The lines of a step, in SQLite."""
        for line in map(json.loads, step[:-1]):
            table, key = line["table"], line["id"]
            record = {name: plain(value) for name, value in line.get("record", {}).items()}
            if line["op"] == "patch":
                for name, value in record.items():
                    self.sql.execute(f"UPDATE {table} SET {name} = ? WHERE id = ?", (value, key))
                continue
            self.sql.execute(f"DELETE FROM {table} WHERE id = ?", (key,))
            if line["op"] != "delete":
                self.sql.execute(f"INSERT INTO {table} VALUES (?{', ?' * len(COLUMNS)})",
                                 (key, *(record[name] for name in COLUMNS)))

    def reads(self, relation):
        """SQLite's parser has a small stack."""
        try:
            return self.rows(relation) is not None
        except sqlite3.OperationalError as error:
            if str(error) != "parser stack overflow":
                raise
            return False

    def rows(self, relation):
        listed = ", ".join(map(quoted, relation.columns))
        found = self.sql.execute(f"SELECT {listed} FROM ({relation.sql})")
        return collections.Counter(tuple(map(plain, row)) for row in found)


def repeats(plan):
    """True if rows may be in the result more than once."""
    if isinstance(plan, list):
        return any(map(repeats, plan))
    if not isinstance(plan, dict):
        return False
    left_rows = plan.get("kind") in ("inner", "left") and plan.get("select") != "both"
    return left_rows or plan.get("all", False) or any(map(repeats, plan.values()))


class View:
    """A relation, and what the updates that ssp writes of it add up to."""

    def __init__(self, name, relation, rng):
        self.relation = relation
        self.rows = collections.Counter()  # of (key, row)
        self.plan = {"id": name, "root": relation.plan, "emit": "rows", "format": "delta",
                     "semantics": "multiset"}
        if not repeats(relation.plan) and rng.random() < 0.5:  # then no row is there twice, and weights need not be told
            self.plan.update({"format": "streaming", "semantics": "membership"})

    def row(self, record):
        return tuple(plain(record.get(name)) for name in self.relation.columns)

    def take(self, update):
        for record in update["records"]:
            key = json.dumps(record["id"])
            if "event" in record:  # what the key had goes
                self.rows = collections.Counter(
                    {old: n for old, n in self.rows.items() if old[0] != key})
            if "record" in record:
                self.rows[key, self.row(record["record"])] += record.get("weight", 1)

    def content(self):
        """How often each row is there, without keys."""
        assert all(weight >= 0 for weight in self.rows.values())
        content = collections.Counter()
        for (_, row), weight in self.rows.items():
            content[row] += weight
        return +content


def fail(seed, what, view, log, *results):
    print(f"seed {seed}: {what}", json.dumps(view.plan, ensure_ascii=False), view.relation.sql,
          *log, *results, sep="\n")
    return None


def shown(rows):
    return "\n".join(f"  {row} * {n}" for row, n in sorted(rows.items(), key=str)) or "  nothing"


def run(ssp, views, log, folder):
    """What ssp writes, by steps."""
    plan = f"{folder}/plan.json"
    with open(plan, "w", encoding="utf-8") as file:
        json.dump([view.plan for view in views], file)
    done = subprocess.run([ssp, "--seq", "--batch=0", plan], input="\n".join(log).encode(),
                          capture_output=True, timeout=60, check=False)
    steps = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        update = json.loads(line)
        steps[update["seq"]].append(update)
    return steps, done.returncode, done.stderr.decode()


def check(ssp, seed, folder):
    """How many views of this seed are right after every step; None if one is not."""
    rng = random.Random(seed)
    plans, history = Plans(rng), History(rng)
    made = [View(f"v{i}", plans.relation(rng.randint(1, 4), True), rng) for i in range(3)]
    views = {view.plan["id"]: view for view in made if history.reads(view.relation)}
    steps = [[]] + [history.step() for _ in range(rng.randint(*STEPS))]
    log = [line for step in steps for line in step]
    updates, status, message = run(ssp, views.values(), log, folder)
    if status != 0:
        return fail(seed, f"exit status {status}: {message}", made[0], log)
    again, read = History(random.Random(0)), 0
    for number, step in enumerate(steps):
        again.apply(step)
        read += len(step)
        for update in updates[number]:
            views[update["view_id"]].take(update)
        for view in views.values():
            have, want = view.content(), again.rows(view.relation)
            if have != want:
                return fail(seed, f"after step {number}", view, log[:read],
                            "ssp:", shown(have), "SQLite:", shown(want))
    return len(views)


def main():
    parser = argparse.ArgumentParser(usage="plan_diff.py SSP FIRST_SEED LAST_SEED")
    parser.add_argument("ssp")
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    arguments = parser.parse_args()
    checked = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(arguments.first, arguments.last):
            right = check(arguments.ssp, seed, folder)
            if right is None:
                sys.exit(1)
            checked += right
    print(f"{checked} views agree")


if __name__ == "__main__":
    main()
