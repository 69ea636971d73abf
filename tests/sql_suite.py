#!/usr/bin/env python3
"""Cases in SQL written by other projects, from a folder of them: FOLDER/NAME/cases.jsonl.

usage: sql_suite.py SSP FOLDER NAME...

A case has tables, views of which the last is asked about, mutations, and after some of them the
rows that the view must have then. What ssp refuses is listed with its reason; a wrong row is a
failure, and so is a refusal that is not among those expected below.
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

# What PostgreSQL refuses too, or what is not there; part of the message and why it is right.
REFUSALS = {
    '"list" is no aggregate': "DuckDB's array_agg",
    "of text and integer": "SQLite computes with text",
    'function "unnest" stands in FROM only': "PostgreSQL has it in the select list too",
    'has no column "o_entry_d"': "DuckDB does not tell O_ENTRY_D from o_entry_d",
    'function "min" takes 1 argument': "SQLite's min of two values",
    "syntax error": "ASOF and POSITIONAL joins, tables without aliases: other dialects",
    "subquery in FROM must have an alias": "PostgreSQL before 16 wants one",
}
# SQLite's words for types.
TYPES = {"INTEGER": "bigint", "INT": "bigint", "TEXT": "text", "REAL": "double precision",
         "VARCHAR": "text", "FLOAT": "double precision", "DOUBLE": "double precision",
         "BLOB": "text"}


def statements(case):
    for name, table in case["tables"].items():
        if not all(t for _, t in table["columns"]):
            continue # without types nothing is declared
        columns = [f'"{c}" {TYPES.get(t.upper(), t)}' for c, t in table["columns"]]
        if table.get("pk"):
            columns.append("PRIMARY KEY (" + ", ".join(f'"{c}"' for c in table["pk"]) + ")")
        yield f'CREATE TABLE "{name}" ({", ".join(columns)});'
    for view in case["views"]:
        kind = "MATERIALIZED VIEW" if view["name"] == case["target"] else "VIEW"
        settings = " WITH (format = delta)" if view["name"] == case["target"] else ""
        names = f' ({view["columns"]})' if view["columns"] else ""
        yield f'CREATE {kind} "{view["name"]}"{names}{settings} AS\n{view["sql"].rstrip("; ")};'


def plain(value):
    """Numbers to nine digits; a decimal may be text."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return value
    if isinstance(value, (int, float)):
        return float(f"{value:.9g}")
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def run(ssp, case, folder):
    plan, log = f"{folder}/plan.sql", f"{folder}/log"
    with open(plan, "w", encoding="utf-8") as file:
        file.write("\n".join(statements(case)) + "\n")
    expected = {}
    steps = 0
    with open(log, "w", encoding="utf-8") as file:
        def step(mutations):
            for mutation in mutations:
                file.write(json.dumps(mutation) + "\n")
            file.write('{"op":"flush"}\n')
        step(case["initial"])
        steps += bool(case["initial"])
        for part in case["steps"]:
            if "mutations" in part:
                step(part["mutations"])
                steps += bool(part["mutations"])
            else:
                expected[steps] = part["expect"]
    done = subprocess.run([ssp, "--batch=0", "--seq", "--id-prefix=keep", plan, log],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        return "refused", done.stderr.split("\n")[0]
    updates = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        update = json.loads(line)
        updates[update["seq"]] += update["records"]
    content = collections.Counter()
    for number in range(steps + 1):
        for record in updates[number]:
            content[tuple(plain(v) for v in record["record"].values())] += record["weight"]
        if number in expected:
            wanted = collections.Counter(tuple(plain(v) for v in row)
                                         for row in expected[number]["rows"])
            if +content != wanted:
                return "wrong", f"step {number}: missing {dict(wanted - content)}, " \
                                f"too many {dict(content - wanted)}"
    return "right", ""


def main():
    ssp, folder, names = sys.argv[1], sys.argv[2], sys.argv[3:]
    failed = 0
    for name in names:
        counts = collections.Counter()
        with open(os.path.join(folder, name, "cases.jsonl"), encoding="utf-8") as file:
            cases = [json.loads(line) for line in file]
        for case in cases:
            with tempfile.TemporaryDirectory() as scratch:
                result, why = run(ssp, case, scratch)
            counts[result] += 1
            expected = any(part in why for part in REFUSALS)
            if result == "wrong" or (result == "refused" and not expected):
                failed += 1
            if result != "right":
                print(f"{name}: {case['name']}: {result}: {why}")
                if result == "wrong":
                    print("   ", case["views"][-1]["sql"])
        print(f"{name}: {len(cases)} cases, {dict(counts)}")
    sys.exit(1 if failed else 0)


main()
