#!/usr/bin/env python3
"""Random SQL views over random histories: ssp's content after every step is PostgreSQL's.

usage: postgres_diff.py SSP [--cases N] [--seed S] [--seconds T] [--show]

Each case makes a file of views over declared tables and a log, with values in all the spellings
that the types take. Views write deltas, or their whole list if they are ordered; what these add up
to is compared with the query run by PostgreSQL over tables that had the same done to them: rows as
bags, lists in order, numbers by value, and where ssp shows zeros behind the point, as PostgreSQL
shows them. A query that PostgreSQL stops with an error (a division by zero, an integer out of
range) is not compared at that step: there ssp has null, or the larger integer.
"""
import argparse
import collections
import decimal
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

from postgres import Postgres, available
from postgres_more import More
from postgres_query import DECLARED, TABLES, VALUES

VIEWS = 10
STEPS = 20
SKIPPED = 77
# Errors that depend on the rows: division by zero, out of range, no such text, more than one row.
BY_ROWS = re.compile("^(22|21000)")
# What ssp refuses by design, by the message.
NAMED = ("with DISTINCT, what ORDER BY goes by", "nested deeper than 64",
         "LATERAL in an outer join asks for columns")


class Number(str):
    """A number as it is written."""


def parse(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def by_value(value):
    if isinstance(value, Number):
        return decimal.Decimal(value)
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, list):
        return tuple(by_value(v) for v in value)
    if isinstance(value, dict):
        return tuple(sorted((k, by_value(v)) for k, v in value.items()))
    return (value,)


def coarse(value):
    """Without what is behind the 13th digit: how many digits a quotient has depends in PostgreSQL on
    zeros at the end of its operands, and ssp knows none."""
    if isinstance(value, decimal.Decimal):
        return round(value, 13)
    return tuple(map(coarse, value)) if isinstance(value, tuple) else value


def row_of(record, columns):
    return tuple(by_value(record[c]) for c in columns)


def shown(record, columns):
    """How numbers look whose last digit behind the point is a zero."""
    return tuple(str(record[c]) if isinstance(record[c], Number) and "." in record[c]
                 and "e" not in record[c] and record[c].endswith("0") else None for c in columns)


class Case:
    def __init__(self, seed):
        rng = random.Random(seed)
        self.views = []
        for _ in range(VIEWS):
            gen = More(rng)
            text, columns = gen.whole()
            ordered = gen.chance(20) and all(t not in ("span", "list") for _, t in columns)
            if ordered:
                text = f"SELECT * FROM ({text}) {gen.alias()}{gen.order(columns)}"
            self.views.append((text, [c for c, _ in columns], ordered))
        self.steps = list(history(rng))

    def plan(self):
        tables = "".join(f"CREATE TABLE {name} ({columns_of(name)});\n" for name in TABLES)
        return tables + "".join(
            f"CREATE MATERIALIZED VIEW v{i} WITH (format = {'flat' if ordered else 'delta'}) AS {text};\n"
            for i, (text, _, ordered) in enumerate(self.views))


def columns_of(table):
    return ", ".join(f"{c} {DECLARED[t]}{' PRIMARY KEY' if c == 'id' else ''}"
                     for c, t in TABLES[table].items())


def history(rng):
    """Steps: lists of (mutation, columns as SQL; None: deleted, {}: truncated)."""
    for i in range(STEPS):
        step = []
        for _ in range(12 if i == 0 else 1 if rng.randrange(100) < 70 else rng.randrange(2, 5)):
            table = rng.choice(list(TABLES))
            id_ = rng.randrange(5)
            line = {"table": table, "op": "update", "id": id_}
            kind = rng.randrange(100)
            if kind < 2:
                step.append(({"table": table, "op": "truncate"}, {}))
            elif kind < 20:
                step.append(({**line, "op": "delete"}, None))
            else:
                record, columns = {"id": id_}, {"id": str(id_)}
                for column, type_ in list(TABLES[table].items())[1:]:
                    chance = rng.randrange(100)
                    if chance < 82:
                        record[column], columns[column] = rng.choice(VALUES[type_])
                    elif chance < 90:
                        record[column], columns[column] = None, "NULL"
                if kind < 35:
                    line["op"] = "patch" # objects are merged: not here
                    for column in [c for c, t in TABLES[table].items() if t == "json"]:
                        record.pop(column, None)
                        columns.pop(column, None)
                if rng.randrange(4) == 0:
                    del record["id"]
                step.append(({**line, "record": record}, columns))
        yield step


def statements(step, state):
    """The same done to PostgreSQL's tables; keeps what stands in them."""
    for mutation, columns in step:
        table = mutation["table"]
        if columns == {}:
            state[table].clear()
            yield f"DELETE FROM {table};"
            continue
        key = mutation["id"]
        yield f"DELETE FROM {table} WHERE id = {key};"
        if columns is None:
            state[table].pop(key, None)
            continue
        before = state[table].get(key, {}) if mutation["op"] == "patch" else {}
        state[table][key] = {**before, **columns}
        names = ", ".join(state[table][key])
        yield f"INSERT INTO {table} ({names}) VALUES ({', '.join(state[table][key].values())});"


def run_ssp(ssp, case):
    """Updates by step, or the refusal: (view, message)."""
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/v.sql", "w", encoding="utf-8") as file:
            file.write(case.plan())
        with open(f"{folder}/log", "w", encoding="utf-8") as file:
            for step in case.steps:
                lines = [json.dumps(m) for m, _ in step]
                file.write("\n".join(['{"op":"begin"}', *lines, '{"op":"commit"}']) + "\n")
        done = subprocess.run([ssp, "--seq", "--initial", f"{folder}/v.sql", f"{folder}/log"],
                              capture_output=True, text=True, check=False, timeout=60)
        if done.returncode == 0:
            updates = collections.defaultdict(list)
            for line in done.stdout.splitlines():
                update = parse(line)
                updates[int(update["seq"])].append(update)
            return updates, None
        place = re.search(r"v\.sql:(\d+):", done.stderr)
        view = int(place.group(1)) - 1 - len(TABLES) if place else -1
        return None, (view, done.stderr.strip().split("\n")[0].replace(folder, ""))


class Contents:
    """What the updates of ssp add up to."""

    def __init__(self, case):
        self.case = case
        self.rows = [collections.Counter() for _ in case.views]
        self.looks = [collections.defaultdict(set) for _ in case.views]
        self.lists = [[] for _ in case.views]

    def take(self, update):
        i = int(update["view_id"][1:])
        _, columns, ordered = self.case.views[i]
        if ordered:
            self.lists[i] = []
        for record in update["records"]:
            row = row_of(record["record"], columns)
            self.looks[i][row].add(shown(record["record"], columns))
            weight = int(record.get("weight", 1))
            if ordered:
                self.lists[i] += [row] * weight
            else:
                self.rows[i][row] += weight

    def differs(self, i, records):
        """What is wrong with view i, if the records are right."""
        _, columns, ordered = self.case.views[i]
        expected = [row_of(r, columns) for r in records]
        if ordered and self.lists[i] != expected:
            return f"list {self.lists[i]} instead of {expected}"
        if not ordered:
            want, got = collections.Counter(expected), +self.rows[i]
            if got != want or -self.rows[i]:
                return f"missing {dict(want - got)}, too many {dict(got - want)}"
        looks = collections.defaultdict(set)
        for record, row in zip(records, expected):
            looks[row].add(shown(record, columns))
        for row in set(expected):
            for look in self.looks[i][row]:
                if not any(all(a in (None, b) for a, b in zip(look, theirs))
                           for theirs in looks[row]):
                    return f"shown as {look}, not as {looks[row]}"
        return None


    def agrees_coarsely(self, i, records):
        _, columns, ordered = self.case.views[i]
        expected = [coarse(row_of(r, columns)) for r in records]
        if ordered:
            return list(map(coarse, self.lists[i])) == expected
        got = collections.Counter()
        for row, weight in self.rows[i].items():
            got[coarse(row)] += weight
        return +got == collections.Counter(expected)


class Tally(collections.Counter):
    def __init__(self):
        super().__init__()
        self.coarse = set() # queries that agree coarsely only


def run(ssp, postgres, case, tally):
    """None, or (view, step, what)."""
    while True:
        updates, refused = run_ssp(ssp, case)
        if not refused:
            break
        view, message = refused
        if not 0 <= view < len(case.views) or not any(n in message for n in NAMED):
            return view, 0, message
        tally["refused: " + next(n for n in NAMED if n in message)] += 1
        del case.views[view]
        if not case.views:
            return None
    script = ["".join(f"TRUNCATE {t};" for t in TABLES)]
    state = {t: {} for t in TABLES}
    for step in range(len(case.steps) + 1):
        if step:
            script += statements(case.steps[step - 1], state)
        for i, (text, _, _) in enumerate(case.views):
            script.append(f"SELECT row_to_json(q) FROM ({text}) q;\n\\echo ~{i}.{step} :SQLSTATE")
    answers = postgres.answers("\n".join(script))
    contents = Contents(case)
    for step in range(len(case.steps) + 1):
        for update in updates[step]:
            contents.take(update)
        for i in range(len(case.views)):
            error, lines = answers[f"{i}.{step}"]
            if error != "00000":
                if not BY_ROWS.match(error):
                    return i, step, f"PostgreSQL refuses: {error} " + " ".join(lines)
                tally["stopped by an error of PostgreSQL"] += 1
                continue
            tally["comparisons"] += 1
            tally["of them not empty"] += bool(lines)
            records = [parse(line) for line in lines]
            what = contents.differs(i, records)
            if what and contents.agrees_coarsely(i, records):
                tally["of them but for digits behind the 13th"] += 1
                tally.coarse.add(case.views[i][0])
            elif what:
                return i, step, what
    tally["queries"] += len(case.views)
    return None


def shrink(ssp, postgres, case, failure):
    """The failing view alone, over as few steps as can be."""
    view, step, _ = failure
    if not 0 <= view < len(case.views):
        return case, failure
    case.views = [case.views[view]]
    case.steps = case.steps[:max(step, 1)]
    failure = run(ssp, postgres, case, Tally()) or failure
    for at in reversed(range(len(case.steps))):
        kept = case.steps
        case.steps = kept[:at] + kept[at + 1:]
        again = run(ssp, postgres, case, Tally())
        if again:
            failure = again
        else:
            case.steps = kept
    return case, failure


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ssp")
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    if not available():
        print("PostgreSQL 15 is not installed: tests/packages.sh installs it")
        sys.exit(SKIPPED)
    decimal.getcontext().prec = 2000
    bad, ran, tally = [], 0, Tally()
    start = time.monotonic()
    with Postgres() as postgres:
        for table in TABLES:
            postgres.run(f"CREATE TABLE {table} ({columns_of(table)});")
        for seed in range(options.seed, options.seed + options.cases):
            if time.monotonic() - start > options.seconds:
                break
            ran += 1
            case = Case(seed)
            failure = run(options.ssp, postgres, case, tally)
            if not failure:
                continue
            bad.append(seed)
            case, (view, step, what) = shrink(options.ssp, postgres, case, failure)
            print(f"seed {seed}: {what}")
            if 0 <= view < len(case.views):
                print(f"  {case.views[view][0]}")
                print("  after:", json.dumps([m for s in case.steps[:step] for m, _ in s]))
            sys.stdout.flush()
    print(f"{ran} cases from seed {options.seed}: {len(bad)} differ", bad[:50])
    print(", ".join(f"{k}: {v}" for k, v in sorted(tally.items())))
    often = len(tally.coarse) * 100 > tally["queries"]
    if often:
        print("digits behind the 13th differ in more queries than zeros at the end explain")
    sys.exit(1 if bad or often else 0)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    main()
