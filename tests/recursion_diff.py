"""Recursion and unnest against SQLite's WITH RECURSIVE and json_each: random queries over graphs
that gain and lose edges, cycles included, and after every few lines the view against the query over
the same tables.

usage: recursion_diff.py SSP FIRST_SEED LAST_SEED
"""
import json
import random
import sqlite3
import subprocess
import sys
import tempfile

TABLES = {"e": ["a", "b", "n"], "s": ["node"], "x": ["node", "list"]}
LISTS = [[], [1], [2, 3], [3, 3, None], ["a", 1.5], [1, 2, 3, 4], None, 7, "text"]


def scan(table):
    return {"op": "scan", "table": table}


def project(source, columns):
    return {"op": "project", "input": source, "projections": [
        {"type": "field", "field": expr, "alias": name} if isinstance(expr, str) else
        {"type": "expr", "expr": expr, "alias": name} for name, expr in columns.items()]}


def join(left, right, left_field, right_field, **more):
    return {"op": "join", "select": "both", "as": ["l", "r"], "left": left, "right": right,
            "on": {"left_field": left_field, "right_field": right_field}, **more}


class Query:
    """A random query, as a plan and as SQL."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        forms = [self.reach, self.hops, self.pairs, self.costs, self.lists, self.unnest]
        self.plan, self.sql = forms[seed % len(forms)]()

    def chance(self, p):
        return self.random.random() < p

    def fixpoint(self, base, step):
        plan = {"op": "fixpoint", "name": "r", "base": base, "step": step}
        if self.chance(0.2):
            plan["max_rounds"] = 1000
        return plan

    def edges(self):
        """One way, the other one, or both: the plan's step over l.node, and SQL's."""
        ways = self.random.choice([["ab"], ["ab"], ["ba"], ["ab", "ba"]])
        least = self.random.randint(1, 3) if self.chance(0.4) else None
        steps, terms = [], []
        for start, end in ways:
            edge, where = scan("e"), ""
            if least is not None:
                edge = {"op": "filter", "input": edge,
                        "predicate": {"type": "gte", "field": "n", "value": least}}
                where = f" AND e.n >= {least}"
            joined = join({"op": "recurse", "name": "r"}, edge, "node", start)
            sql = f"FROM r JOIN e ON e.{start} = r.node{where}"
            if self.chance(0.3):  # not over nodes that x has
                joined = {"op": "join", "kind": "anti", "left": joined, "right": scan("x"),
                          "on": {"left_field": "r." + end, "right_field": "node"}}
                sql += f" WHERE NOT EXISTS (SELECT 1 FROM x WHERE x.node = e.{end})"
            steps.append((joined, "r." + end))
            terms.append((sql, "e." + end))
        return steps, terms

    def united(self, plans):
        if len(plans) == 1:
            return plans[0]
        return {"op": "union", "all": self.chance(0.5), "inputs": plans}

    def reach(self):
        steps, terms = self.edges()
        plan = self.fixpoint(project(scan("s"), {"node": "node"}),
                             self.united([project(p, {"node": end}) for p, end in steps]))
        union = " UNION ".join(f"SELECT {end} {sql}" for sql, end in terms)
        return plan, f"WITH RECURSIVE r(node) AS (SELECT node FROM s UNION {union}) SELECT * FROM r"

    def hops(self):
        """The least number of hops to each node, or all that there are up to a bound."""
        steps, terms = self.edges()
        bound = self.random.randint(1, 6)
        one_more = {"call": "add", "args": [{"field": "l.hops"}, 1]}
        plan = self.fixpoint(
            project(scan("s"), {"node": "node", "hops": {"value": 0}}),
            self.united([project({"op": "filter", "input": p, "predicate": {
                "type": "lt", "field": "l.hops", "value": bound}},
                {"node": end, "hops": one_more}) for p, end in steps]))
        union = " UNION ".join(
            f"SELECT {end}, hops + 1 {sql}{' AND ' if 'WHERE' in sql else ' WHERE '}hops < {bound}"
            for sql, end in terms)
        sql = f"WITH RECURSIVE r(node, hops) AS (SELECT node, 0 FROM s UNION {union}) "
        if self.chance(0.3):
            return plan, sql + "SELECT * FROM r"
        return ({"op": "aggregate", "group_by": ["node"], "input": plan, "aggregates": [
            {"func": "min", "field": "hops", "alias": "hops"}]},
                sql + "SELECT node, min(hops) AS hops FROM r GROUP BY node")

    def pairs(self):
        """The transitive closure; SQLite has no recursion of a table with itself, ssp has."""
        recurse = {"op": "recurse", "name": "r"}
        edges = project(scan("e"), {"a": "a", "b": "b"})
        sides = self.random.choice([(recurse, edges), (edges, recurse), (recurse, recurse)])
        plan = self.fixpoint(edges, project(join(*sides, "b", "a"), {"a": "l.a", "b": "r.b"}))
        return plan, ("WITH RECURSIVE r(a, b) AS (SELECT a, b FROM e UNION "
                      "SELECT r.a, e.b FROM r JOIN e ON r.b = e.a) SELECT * FROM r")

    def costs(self):
        """What ways cost, up to a bound: sums over a bill of materials."""
        bound = self.random.randint(2, 9)
        total = {"call": "add", "args": [{"field": "l.n"}, {"field": "r.n"}]}
        plan = self.fixpoint(
            project(scan("e"), {"a": "a", "b": "b", "n": "n"}),
            project(join({"op": "recurse", "name": "r"}, scan("e"), "b", "a",
                         where={"type": "lte", "field": total, "value": bound}),
                    {"a": "l.a", "b": "r.b", "n": total}))
        return ({"op": "aggregate", "group_by": ["a", "b"], "input": plan, "aggregates": [
            {"func": "sum", "field": "n", "alias": "n"}, {"func": "count", "alias": "ways"}]},
                "WITH RECURSIVE r(a, b, n) AS (SELECT a, b, n FROM e UNION SELECT r.a, e.b, r.n + e.n "
                f"FROM r JOIN e ON r.b = e.a WHERE r.n + e.n <= {bound}) "
                "SELECT a, b, sum(n) AS n, count(*) AS ways FROM r GROUP BY a, b")

    def lists(self):
        """Reachability where a record has all its edges."""
        plan = self.fixpoint(
            project(scan("s"), {"node": "node"}),
            project({"op": "unnest", "field": "r.list", "alias": "next", "input": join(
                {"op": "recurse", "name": "r"}, scan("x"), "node", "node")}, {"node": "next"}))
        return plan, ("WITH RECURSIVE r(node) AS (SELECT node FROM s UNION SELECT j.value FROM r JOIN x "
                      f"ON x.node = r.node JOIN json_each({ARRAY}) j) SELECT * FROM r")

    def unnest(self):
        outer, place = self.chance(0.5), self.chance(0.5)
        plan = {"op": "unnest", "field": "list", "alias": "value", "input": scan("x")}
        columns = {"node": "node", "value": "value"}
        if outer:
            plan["outer"] = True
        if place:
            plan["ordinality"] = "place"
            columns["place"] = "place"
        listed = "node, j.value AS value" + (", j.key + 1 AS place" if place else "")
        return (project(plan, columns), f"SELECT {listed} FROM x {'LEFT' if outer else ''} JOIN "
                                        f"json_each({ARRAY}) j")

    def view(self):
        return {"id": "v", "emit": "rows", "semantics": "multiset", "root": self.plan}


ARRAY = "CASE WHEN json_type(x.list) = 'array' THEN x.list ELSE '[]' END"


def content(rows):
    return sorted(json.dumps({k: v for k, v in row.items() if v is not None}, sort_keys=True)
                  for row in rows)


def log(query, database):
    """Lines for ssp, and what SQL finds wherever it asks for a snapshot."""
    r = query.random
    nodes = r.randint(2, 6)
    lines, wanted = [], []
    for _ in range(r.randint(2, 14)):
        for _ in range(r.choice([1, 1, 2, 6])):
            table, key = r.choice(["e"] * 6 + ["s", "x", "x"]), r.randint(1, 9)
            database.execute(f"DELETE FROM {table} WHERE id = ?", (key,))
            if r.random() < 0.3:
                lines.append({"table": table, "op": "delete", "id": key})
                continue
            row = {"a": r.randint(1, nodes), "b": r.randint(1, nodes), "n": r.randint(1, 3),
                   "node": r.randint(1, nodes), "list": r.choice(LISTS)}
            row = {name: row[name] for name in TABLES[table]}
            lines.append({"table": table, "op": "update", "id": key, "record": row})
            values = [json.dumps(row[name]) if name == "list" else row[name] for name in row]
            database.execute(f"INSERT INTO {table} VALUES (?{', ?' * len(row)})", (key, *values))
        lines.append({"op": "snapshot", "view_id": "v"})
        wanted.append(content([dict(row) for row in database.execute(query.sql)]))
    return lines, wanted


def check(ssp, seed):
    query = Query(seed)
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    for table, columns in TABLES.items():
        database.execute(f"CREATE TABLE {table}(id, {', '.join(columns)})")
    lines, wanted = log(query, database)
    done = run(ssp, query, lines)
    snapshots = [line for line in map(json.loads, done.stdout.splitlines()) if "snapshot" in line]
    found = [content([record["record"] for record in line["records"]
                      for _ in range(record.get("weight", 1))]) for line in snapshots]
    for i, rows in enumerate(wanted):
        if done.returncode != 0 or i >= len(found) or found[i] != rows:
            print(f"seed {seed}: {done.stderr.decode()}", json.dumps(query.view()), query.sql,
                  *map(json.dumps, lines), f"snapshot {i}, SQLite:", *rows, "ssp:",
                  *(found[i:i + 1]), sep="\n")
            sys.exit(1)
    database.close()


def run(ssp, query, lines):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as plan:
        json.dump(query.view(), plan)
        plan.flush()
        return subprocess.run([ssp, "--verify", "--batch=" + query.random.choice("136"), plan.name],
                              input="\n".join(map(json.dumps, lines)).encode(), capture_output=True,
                              check=False, timeout=60)


def main():
    ssp, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for seed in range(first, last):
        check(ssp, seed)
    print(f"{last - first} histories agree with SQLite {sqlite3.sqlite_version}")


main()
