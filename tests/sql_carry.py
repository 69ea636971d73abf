#!/usr/bin/env python3
"""Random plans in JSON, printed as SQL: read back, the SQL gives the same views over random histories,
and PostgreSQL takes it and finds the same rows.

usage: sql_carry.py SSP FIRST_SEED LAST_SEED

A view of nested rows is compared by its columns. What has no SQL is counted by its reason. The second
part needs PostgreSQL's initdb and postgres, in PATH or under /usr/lib/postgresql, and a user that is
not root to run them as; it is left out where they are not there.
"""
import collections
import decimal
import glob
import json
import os
import pwd
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

from plan_diff import History
from plan_sql import COLUMNS, TABLES, VALUES, Plans

# What ssp's own SQL has no words for, and what PostgreSQL does otherwise; part of the message.
UNREAD = ["nested deeper than 64", "is not supported"]
VIEWS = 8
STEPS = 12


class Server:
    """PostgreSQL in a folder, on a socket only."""

    def __init__(self, folder):
        found = shutil.which("initdb") or sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))[-1:]
        found = found if isinstance(found, str) else "".join(found)
        self.bin = os.path.dirname(os.path.realpath(found))
        self.user = pwd.getpwnam("postgres").pw_name if os.getuid() == 0 else None
        self.folder = folder
        self.process = None

    def command(self, name, *args):
        command = [os.path.join(self.bin, name), *args]
        return ["runuser", "-u", self.user, "--", *command] if self.user else command

    def __enter__(self):
        os.chmod(self.folder, 0o777)
        data = os.path.join(self.folder, "data")
        subprocess.run(self.command("initdb", "-D", data, "-U", "ssp", "--locale=C.UTF-8",
                                    "--encoding=UTF8", "-A", "trust"),
                       check=True, capture_output=True, cwd=self.folder)
        self.process = subprocess.Popen(
            self.command("postgres", "-D", data, "-k", self.folder, "-c", "listen_addresses=",
                         "-c", "fsync=off"), cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            if self.run("SELECT 1", check=False).returncode == 0:
                return self
            time.sleep(0.2)
        self.__exit__()
        raise RuntimeError("postgres does not start")

    def __exit__(self, *_):
        subprocess.run(self.command("pg_ctl", "-D", os.path.join(self.folder, "data"), "stop", "-m",
                                    "immediate"), check=False, capture_output=True,
                       cwd=self.folder)
        self.process.wait()

    def run(self, sql, check=True):
        done = subprocess.run(
            self.command("psql", "-h", self.folder, "-U", "ssp", "-d", "postgres", "-v",
                         "ON_ERROR_STOP=1", "-qAt", "-f", "-"),
            input=sql, capture_output=True, text=True, check=False, cwd=self.folder)
        if check and done.returncode:
            raise RuntimeError(done.stderr)
        return done


def has_postgres():
    return bool(shutil.which("initdb") or glob.glob("/usr/lib/postgresql/*/bin/initdb")) and (
        os.getuid() != 0 or (shutil.which("runuser") and "postgres" in
                             [user.pw_name for user in pwd.getpwall()]))


def plain(value):
    """Numbers by value, to what a double holds."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float, decimal.Decimal)):
        return float(f"{float(value):.12g}")
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", value):
        return float(f"{float(value):.12g}") # a numeric may be text
    if isinstance(value, (list, dict)):
        return json.dumps(value, sort_keys=True)
    return value


def flat(record):
    """The values of a row, those of nested rows in their place; which are missing depends on what the
    row was made of, so nulls are left out and the names are kept."""
    values = {}
    for name, value in record.items():
        if isinstance(value, dict):
            values.update({f"{name}_{inner}": v for inner, v in flat(value)})
        elif value is not None and name != "id": # of records, which have it as their key
            values[name] = plain(value)
    return tuple(sorted(values.items()))


def content(ssp, plans, log, folder):
    """What the views hold in the end."""
    with open(f"{folder}/log", "w", encoding="utf-8") as file:
        file.write(log)
    done = subprocess.run([ssp, "-b0", *plans, f"{folder}/log"], capture_output=True, text=True,
                          check=False)
    if done.returncode:
        return None, done.stderr
    rows = collections.defaultdict(collections.Counter)
    for line in done.stdout.splitlines():
        update = json.loads(line, parse_float=decimal.Decimal)
        for record in update["records"]:
            rows[update["view_id"]][flat(record["record"])] += record["weight"]
    return rows, ""


def history(rng):
    """A log; the same as INSERTs."""
    made = History(rng)
    lines = [line for _ in range(STEPS) for line in made.step()]
    tables = {table: {} for table in TABLES}
    for line in map(json.loads, lines):
        if "table" not in line:
            continue
        rows = tables[line["table"]]
        key = str(line["id"])
        if line["op"] == "delete":
            rows.pop(key, None)
        else:
            old = rows.get(key, {}) if line["op"] == "patch" else {}
            rows[key] = {**old, **line["record"]}
    # an id is text in the tables
    lines = [re.sub(r'"id":(\d+)', r'"id":"\1"', line) for line in lines]
    return "\n".join(lines) + "\n", tables


def inserts(sql, tables):
    """The rows into the tables that the SQL declares."""
    for table, columns in re.findall(r'CREATE TABLE "(\w+)" \((.*?)\n\);', sql, re.S):
        names = re.findall(r'^  "(\w+)"', columns, re.M)
        kinds = dict(re.findall(r'^  "(\w+)" (\w+)', columns, re.M))
        for key, record in tables[table].items():
            record = {"id": key, **record}
            values = [literal(record.get(name), kinds[name]) for name in names]
            yield f'INSERT INTO "{table}" VALUES ({", ".join(values)});'


def literal(value, kind):
    if value is None:
        return "NULL"
    text = json.dumps(value) if kind == "jsonb" or not isinstance(value, str) else value
    return "'" + text.replace("'", "''") + "'"


def of_postgres(server, sql, tables, names):
    server.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
    creates = sql[:sql.index("CREATE MATERIALIZED")]
    views = sql[len(creates):]
    server.run(creates + "\n".join(inserts(sql, tables)) + "\n" + views)
    rows = collections.defaultdict(collections.Counter)
    for name in names:
        done = server.run(f'SELECT row_to_json(v) FROM "{name}" v;')
        for line in done.stdout.splitlines():
            rows[name][flat(json.loads(line, parse_float=decimal.Decimal))] += 1
    return rows


def call(name, *args):
    return {"call": name, "args": list(args)}


# Holds for every row, and says of which types the columns are: of what no plan computes with nothing
# is known.
SAME = {"int": lambda x: call("add", x, 0), "quarter": lambda x: call("add", x, 0),
        "text": lambda x: call("append", x, {"literal": ""}), "bool": lambda x: call("not", x)}


def typed(plan):
    if isinstance(plan, list):
        return [typed(part) for part in plan]
    if not isinstance(plan, dict):
        return plan
    if plan.get("op") != "scan":
        return {key: typed(value) for key, value in plan.items()}
    nulls = [{"type": "is_null", "field": SAME[kind]({"field": name})}
             for name, kind in COLUMNS.items()]
    return {"op": "filter", "input": plan, "predicate":
            {"type": "or", "predicates": nulls + [{"type": "not", "predicate": null}
                                                  for null in nulls[:1]]}}


def is_record(plan):
    return plan["op"] == "scan" or (plan["op"] in ("filter", "limit") and is_record(plan["input"]))


def is_settled(plan):
    """Nothing in it goes by keys, which SQL has not: no ties, but of records, which have ids."""
    if isinstance(plan, list):
        return all(map(is_settled, plan))
    if not isinstance(plan, dict):
        return True
    if plan.get("op") == "limit" and not is_record(plan["input"]):
        return False
    if plan.get("op") == "distinct" and "on" in plan:
        return False
    if plan.get("func") in ("first", "last", "arg_min", "arg_max", "array_agg", "string_agg"):
        return False
    if plan.get("call") == "concat" and len(plan["args"]) == 3:
        return False # a number as text: 1.0 is 1 there
    if plan.get("call") == "upper":
        return False # in the collation C, PostgreSQL knows ASCII only
    return all(map(is_settled, plan.values()))


def view_of(rng, i):
    while True:
        plan = Plans(rng).relation(rng.randint(1, 3)).plan
        if is_settled(plan):
            return {"id": f"v{i}", "format": "delta", "semantics": "multiset", "root": typed(plan)}


def difference(what, seed, view, sql, a, b):
    print(f"seed {seed}: {what} differs: {json.dumps(view)}\n{sql}")
    print("  missing:", dict(a - b), "too many:", dict(b - a))


def run(ssp, seed, server, reasons):
    rng = random.Random(seed)
    log, tables = history(rng)
    ok = True
    with tempfile.TemporaryDirectory() as folder:
        for i in range(VIEWS):
            view = view_of(rng, i)
            with open(f"{folder}/plan.json", "w", encoding="utf-8") as file:
                json.dump(view, file)
            done = subprocess.run([ssp, "--explain=sql", f"{folder}/plan.json"],
                                  capture_output=True, text=True, check=False)
            if done.returncode:
                reasons[done.stderr.split(": ", 2)[-1].strip()[:60]] += 1
                continue
            with open(f"{folder}/plan.sql", "w", encoding="utf-8") as file:
                file.write(done.stdout.replace(" AS\n  SELECT", " WITH (format = delta) AS\n  SELECT"))
            wanted, why = content(ssp, [f"{folder}/plan.json"], log, folder)
            assert wanted is not None, why
            got, why = content(ssp, [f"{folder}/plan.sql"], log, folder)
            if got is None and any(part in why for part in UNREAD):
                reasons["not read back: " + why.split(": ", 2)[-1].split("\n")[0][:50]] += 1
            elif got is None:
                print(f"seed {seed}: {why}")
                ok = False
            elif got != wanted:
                difference("what is read back", seed, view, done.stdout, wanted[f"v{i}"],
                           got[f"v{i}"])
                ok = False
            else:
                reasons["read back and equal"] += 1
            if server:
                try:
                    rows = of_postgres(server, done.stdout, tables, [f"v{i}"])
                except RuntimeError as error:
                    print(f"seed {seed}: PostgreSQL: {error}\n{done.stdout}")
                    ok = False
                    continue
                if rows[f"v{i}"] != wanted[f"v{i}"]:
                    difference("PostgreSQL", seed, view, done.stdout, wanted[f"v{i}"], rows[f"v{i}"])
                    ok = False
                else:
                    reasons["equal in PostgreSQL"] += 1
    return ok


def main():
    ssp, first, last = os.path.abspath(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    reasons = collections.Counter()
    bad = []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder) if has_postgres() else None
        if server:
            server.__enter__()
        try:
            bad = [seed for seed in range(first, last + 1) if not run(ssp, seed, server, reasons)]
        finally:
            if server:
                server.__exit__()
    for reason, count in reasons.most_common():
        print(f"{count:6} {reason}")
    print(f"seeds {first} to {last}: {len(bad)} differ", bad[:20])
    sys.exit(1 if bad else 0)


main()
