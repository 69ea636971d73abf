"""What goes by time against SQLite's window functions and subqueries: asof joins, sessions, tumbling
and hopping windows over random logs, and after every few lines the view against the query.

usage: time_diff.py SSP FIRST_SEED LAST_SEED
"""
import json
import random
import sqlite3
import subprocess
import sys
import tempfile

TIMES = [None, "no time", 0, 1, 2, 3, 5, 8, 13, 20]
ASOF = """
SELECT l.id, (SELECT r.id FROM r WHERE {on} r.at <= l.at AND typeof(r.at) = 'integer'
              AND typeof(l.at) = 'integer'
              AND l.at - r.at <= {tolerance} ORDER BY r.at DESC, r.id DESC LIMIT 1)
       AS other FROM l"""
SESSIONS = """
WITH steps AS (SELECT *, coalesce(at - lag(at) OVER w > {gap}, 1) AS begins FROM l
               WHERE typeof(at) = 'integer' WINDOW w AS (PARTITION BY p ORDER BY at, id)),
     runs AS (SELECT *, sum(begins) OVER (PARTITION BY p ORDER BY at, id) AS run FROM steps)
SELECT p, min(at) AS start, count(*) AS n, sum(x) AS total, max(at) AS last FROM runs
GROUP BY p, run
UNION ALL SELECT p, NULL, count(*), sum(x), NULL FROM l WHERE typeof(at) <> 'integer' GROUP BY p"""
WINDOWS = """
WITH RECURSIVE starts(start) AS (SELECT -{size} * 2 UNION ALL
                                 SELECT start + {slide} FROM starts WHERE start < 40)
SELECT p, start, count(*) AS n, sum(x) AS total, max(at) AS last FROM l JOIN starts
ON start <= at AND at < start + {size} WHERE typeof(at) = 'integer' AND start % {slide} = 0
GROUP BY p, start
UNION ALL SELECT p, NULL, count(*), sum(x), NULL FROM l WHERE typeof(at) <> 'integer' GROUP BY p"""


def scan(table):
    return {"op": "scan", "table": table}


def asof(r):
    keyed = r.random() < 0.7
    plan = {"op": "join", "kind": "asof", "select": "both", "left": scan("l"), "right": scan("r"),
            "time": {"left_field": "at", "right_field": "at"}}
    tolerance = r.choice([None, 0, 1, 3, 6])
    if keyed:
        plan["on"] = {"left_field": "p", "right_field": "p"}
    if tolerance is not None:
        plan["tolerance"] = tolerance
    query = ASOF.format(on="r.p = l.p AND" if keyed else "", tolerance=100 if tolerance is None else tolerance)
    return plan, query, lambda row: (
        row["left"]["id"], row["right"] and row["right"]["id"])


def group(r):
    kind = r.choice(["tumble", "hop", "session"])
    size, slide, gap = r.choice([2, 4, 6]), r.choice([1, 2]), r.choice([1, 2, 3, 5])
    window = {"tumble": {"size": size}, "hop": {"slide": slide, "size": size},
              "session": {"gap": gap}}[kind]
    plan = {"op": "aggregate", "input": scan("l"),
            "group_by": ["p", {kind: {"field": "at", **window}, "alias": "start"}],
            "aggregates": [{"func": "count", "alias": "n"},
                           {"func": "sum", "field": "x", "alias": "total"},
                           {"func": "max", "alias": "last", "field": {"call": "epoch", "args": [
                               {"field": "at"}]}}]}
    query = SESSIONS.format(gap=gap) if kind == "session" else WINDOWS.format(
        size=size, slide=size if kind == "tumble" else slide)
    return plan, query, lambda row: tuple(row[name] for name in ("p", "start", "n", "total", "last"))


def order(rows):
    return sorted(rows, key=lambda row: tuple((value is not None, value or 0) for value in row))


def log(r, database, query):
    lines, wanted = [], []
    for _ in range(r.randint(1, 12)):
        for _ in range(r.randint(1, 6)):
            table, key = r.choice("lr"), r.randint(1, 9)
            database.execute(f"DELETE FROM {table} WHERE id = ?", (key,))
            if r.random() < 0.25:
                lines.append({"table": table, "op": "delete", "id": key})
                continue
            row = {"id": key, "p": r.choice([None, 1, 2]), "at": r.choice(TIMES),
                   "x": r.choice([None, 1, 2, 3])}
            database.execute(f"INSERT INTO {table} VALUES (:id, :p, :at, :x)", row)
            lines.append({"table": table, "op": "update", "id": key, "record": row})
        lines.append({"op": "snapshot", "view_id": "v"})
        wanted.append(order(database.execute(query)))
    return lines, wanted


def check(ssp, seed):
    r = random.Random(seed)
    plan, query, row_of = r.choice([asof, group])(r)
    view = {"id": "v", "format": "delta", "semantics": r.choice(["membership", "multiset"]), "root": plan}
    database = sqlite3.connect(":memory:")
    for table in "lr":
        database.execute(f"CREATE TABLE {table}(id, p, at, x)")
    lines, wanted = log(r, database, query)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(view, file)
        file.flush()
        done = subprocess.run([ssp, "--verify", "--batch=" + r.choice("136"), file.name],
                              input="\n".join(map(json.dumps, lines)).encode(), capture_output=True,
                              check=False, timeout=60)
    found = [order(row_of(record["record"]) for record in line["records"])
             for line in map(json.loads, done.stdout.splitlines()) if "snapshot" in line]
    if done.returncode != 0 or found != wanted:
        print(f"seed {seed}: {done.stderr.decode()}", json.dumps(view), query, *map(json.dumps, lines),
              "SQLite:", *wanted, "ssp:", *found, sep="\n")
        sys.exit(1)
    database.close()


def main():
    ssp, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for seed in range(first, last):
        check(ssp, seed)
    print(f"{last - first} cases agree")


main()
