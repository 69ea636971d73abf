"""Windows against SQLite's: random functions over random frames, random logs, and after every few
lines the view against the query over the same table.

usage: window_diff.py SSP FIRST_SEED LAST_SEED
"""
import json
import random
import sqlite3
import subprocess
import sys
import tempfile

NUMBERS = [None, -1, 0, 1, 2, 2, 3, 0.5, 7]
POSITIONS = NUMBERS + ["a", "b"]
BOUNDS = ["unbounded_preceding", "preceding", "current_row", "following", "unbounded_following"]


class Windows:
    """A random window over t(id, p, o, x), as a plan and as SQL."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        r = self.random
        self.partitions = r.sample(["p"], r.randint(0, 1))
        self.direction = r.choice(["asc", "desc"])
        self.nulls = r.choice([None, "first", "last"])
        self.ties = r.random() < 0.5  # rows that are equal in order; else the id comes next
        self.functions = []
        self.columns = []
        for i in range(r.randint(1, 4)):
            self.add(f"w{i}")

    def bound(self, side, kind):
        """A bound of a frame, as a plan has it and as SQL has it."""
        name = BOUNDS[side]
        if side % 2 == 0:
            return name, name.replace("_", " ").upper()
        n = self.random.choice([0, 1, 2] if kind == "rows" else [0, 1, 0.5, 3])
        return {name: n}, f"{n} {name.upper()}"

    def frame(self):
        kind = "range" if self.ties else "rows"
        start = self.random.randint(0, 3)
        end = self.random.randint(max(start, 1), 4)
        start, start_sql = self.bound(start, kind)
        end, end_sql = self.bound(end, kind)
        return ({"type": kind, "start": start, "end": end},
                f" {kind.upper()} BETWEEN {start_sql} AND {end_sql}")

    def add(self, alias):
        r = self.random
        name = r.choice(["rank", "dense_rank", "count", "sum", "sum", "avg", "min", "max"] +
                        ([] if self.ties else ["row_number", "ntile", "lag", "lead",
                                               "first_value", "last_value"]))
        function = {"func": name, "alias": alias}
        args, frame = "", ""
        if name == "ntile":
            args = str(r.randint(1, 4))
            function["args"] = [int(args)]
        elif name in ("lag", "lead"):
            n = r.randint(0, 3)
            function["args"] = [{"field": "x"}, n, {"field": "o"}]
            args = f"x, {n}, o"
        elif name not in ("rank", "dense_rank", "row_number") and (name != "count" or r.random() < .5):
            function["args"] = [{"field": "x"}]
            args = "x"
        elif name == "count":
            args = "*"
        if name in ("first_value", "last_value", "count", "sum", "avg", "min", "max") and r.random() < .8:
            function["frame"], frame = self.frame()
        self.functions.append(function)
        partition = "PARTITION BY p " if self.partitions else ""
        nulls = f" NULLS {self.nulls.upper()}" if self.nulls else ""
        ties = "" if self.ties else ", id"
        self.columns.append(f"{name}({args}) OVER "
                            f"({partition}ORDER BY o {self.direction}{nulls}{ties}{frame}) AS {alias}")

    def view(self):
        order = [{"field": "o", "direction": self.direction}]
        if self.nulls:
            order[0]["nulls"] = self.nulls
        if not self.ties:
            order.append({"field": "id"})
        return {"id": "v", "emit": "rows", "root": {
            "op": "window", "partition_by": self.partitions, "order_by": order,
            "functions": self.functions, "input": {"op": "scan", "table": "t"}}}

    def query(self):
        return f"SELECT id, p, o, x, {', '.join(self.columns)} FROM t ORDER BY id"


def log(windows, database):
    """Lines for ssp; yields the table's content by SQL wherever it asks for a snapshot."""
    r = windows.random
    lines, wanted = [], []
    for _ in range(r.randint(1, 12)):
        for _ in range(r.randint(1, 6)):
            key = r.randint(1, 9)
            database.execute("DELETE FROM t WHERE id = ?", (key,))
            if r.random() < 0.25:
                lines.append({"table": "t", "op": "delete", "id": key})
                continue
            row = {"id": key, "p": r.choice([None, 1, 2]), "o": r.choice(POSITIONS),
                   "x": r.choice(NUMBERS)}
            database.execute("INSERT INTO t VALUES (:id, :p, :o, :x)", row)
            lines.append({"table": "t", "op": "update", "id": key, "record": row})
        lines.append({"op": "snapshot", "view_id": "v"})
        wanted.append([dict(row) for row in database.execute(windows.query())])
    return lines, wanted


def check(ssp, seed):
    windows = Windows(seed)
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    database.execute("CREATE TABLE t(id, p, o, x)")
    lines, wanted = log(windows, database)
    done = run(ssp, windows, lines)
    snapshots = [line for line in map(json.loads, done.stdout.splitlines()) if "snapshot" in line]
    found = [[record["record"] for record in line["records"]] for line in snapshots]
    for i, rows in enumerate(wanted):
        if done.returncode != 0 or i >= len(found) or sorted(found[i], key=lambda x: x["id"]) != rows:
            print(f"seed {seed}: {done.stderr.decode()}", json.dumps(windows.view()), windows.query(),
                  *map(json.dumps, lines), "SQLite:", *rows, "ssp:", *(found[i:i + 1]), sep="\n")
            sys.exit(1)
    database.close()


def run(ssp, windows, lines):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as plan:
        json.dump(windows.view(), plan)
        plan.flush()
        return subprocess.run([ssp, "--verify", "--batch=" + windows.random.choice("136"), plan.name],
                              input="\n".join(map(json.dumps, lines)).encode(), capture_output=True,
                              check=False, timeout=60)


def main():
    ssp, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for seed in range(first, last):
        check(ssp, seed)
    print(f"{last - first} histories agree with SQLite {sqlite3.sqlite_version}")


main()
