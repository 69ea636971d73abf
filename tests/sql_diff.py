#!/usr/bin/env python3
"""Random SQL views over random histories: ssp's content after every step is SQLite's.

usage: sql_diff.py SSP FIRST_SEED SEEDS [--show]

Each seed makes a file of views and a log. The views write deltas; what these add up to is compared
with the query run by SQLite over the tables as they are. Only operations on which PostgreSQL and
SQLite agree are made, on columns of one type each.
"""
import collections
import json
import random
import re
import sqlite3
import subprocess
import sys
import tempfile

from random_query import RandomQuery

TABLES = {
    "t": {"id": "int", "a": "int", "b": "int", "s": "text"},
    "u": {"id": "int", "a": "int", "c": "int", "s": "text"},
    "w": {"id": "int", "b": "int", "x": "text", "f": "bool"},
}
VIEWS = 12
STEPS = 30


def both(ssp, sqlite):
    """What SQLite does not say in the same words; see said()."""
    return f"\x01{ssp}\x02{sqlite}\x03"


def said(text, sqlite):
    """The text for one of the two."""
    part = re.compile("\x01([^\x01-\x03]*)\x02([^\x01-\x03]*)\x03")
    while "\x01" in text:
        text = part.sub(lambda m: m[2 if sqlite else 1], text)
    return text


class Gen(RandomQuery):
    """One random query. A scope is a list of (expression, type); names never clash."""

    TABLES = TABLES

    def literal(self, type_):
        if type_ == "int":
            return str(self.rng.randrange(-1, 4))
        if type_ == "text":
            return self.pick("'a'", "'b'", "'ab'", "''", "'B'")
        return self.pick("true", "false")

    def column(self, scope, type_):
        found = [e for e, t in scope if t == type_]
        return self.rng.choice(found) if found and not self.chance(15) else self.literal(type_)

    def value(self, scope, type_, depth=2):
        if depth == 0 or self.chance(45):
            return self.column(scope, type_)
        again = lambda t: self.value(scope, t, depth - 1)
        if self.chance(20):
            return self.pick(
                f"coalesce({again(type_)}, {again(type_)})",
                f"nullif({again(type_)}, {again(type_)})",
                f"CASE WHEN {self.condition(scope, depth - 1)} THEN {again(type_)}"
                f" ELSE {again(type_)} END",
                f"CASE {again('int')} WHEN {again('int')} THEN {again(type_)} END")
        if type_ == "int":
            return self.pick(
                f"({again('int')} + {again('int')})", f"({again('int')} - {again('int')})",
                f"({again('int')} * {again('int')})", f"({again('int')} / {again('int')})",
                f"({again('int')} % {again('int')})", f"abs({again('int')})",
                f"length({again('text')})", f"(- {again('int')})")
        if type_ == "text":
            return self.pick(
                f"({again('text')} || {again('text')})", f"upper({again('text')})",
                f"lower({again('text')})", f"substr({again('text')}, 1, 1)",
                f"replace({again('text')}, 'a', 'x')")
        return f"({self.condition(scope, depth - 1)})"

    def condition(self, scope, depth=2):
        """Without subqueries: what can stand anywhere."""
        type_ = self.pick("int", "int", "text")
        value = lambda: self.value(scope, type_, max(depth - 1, 0))
        if depth and self.chance(35):
            again = lambda: self.condition(scope, depth - 1)
            return self.pick(f"({again()} AND {again()})", f"({again()} OR {again()})",
                             f"(NOT {again()})", f"({again()}) IS NOT TRUE",
                             f"({again()}) IS FALSE")
        op = self.pick("=", "=", "<>", "<", "<=", ">", ">=")
        return self.pick(
            f"({value()} {op} {value()})", f"({value()} {op} {value()})",
            f"({value()} IS NULL)", f"({value()} IS NOT NULL)",
            f"({value()} IS DISTINCT FROM {value()})",
            f"({value()} IS NOT DISTINCT FROM {value()})",
            f"({value()} BETWEEN {value()} AND {value()})",
            f"({value()} NOT BETWEEN {value()} AND {value()})",
            f"({value()} IN ({value()}, {value()}))",
            f"({value()} NOT IN ({value()}, NULL))",
            self.rows(scope), self.symmetric(value),
            f"({self.value(scope, 'text', 1)} LIKE {self.pick(chr(39) + 'a%' + chr(39), chr(39) + '_' + chr(39))})")

    def inner(self, scope, type_):
        """A subquery of one column that asks for columns of the scope, by any conditions."""
        rows, inner = self.source(self.pick(0, 0, 1))
        where = []
        if scope and self.chance(60):
            kind = self.pick("int", "text")
            where.append(f"{self.column(inner, kind)} = {self.column(scope, kind)}")
        if self.chance(60):
            where.append(self.condition(inner + scope, 1))
        where = " WHERE " + " AND ".join(where) if where else ""
        x = self.value(inner + scope if self.chance(30) else inner, type_, 1)
        if self.chance(15):
            other = self.value(scope, type_, 1)
            return f"SELECT {x} FROM {rows}{where} {self.pick('UNION', 'EXCEPT')} SELECT {other}"
        if self.chance(15):
            group = self.rng.choice(inner)[0]
            x = self.rng.choice([e for e, t in inner if t == type_] or ["NULL"])
            return (f"SELECT {self.pick('min', 'max')}({x}) FROM {rows}{where} GROUP BY {group}"
                    f" HAVING count(*) > {self.rng.randrange(2)}")
        return f"SELECT {self.pick('', '', 'DISTINCT ')}{x} FROM {rows}{where}"

    def found(self, scope):
        """A boolean that a subquery gives."""
        type_ = self.pick("int", "text")
        rows = self.inner(scope, type_)
        not_ = self.pick("", "NOT ")
        kind = self.rng.randrange(3)
        if kind == 0:
            return f"({not_}EXISTS ({rows}))"
        x = self.value(scope, type_, 1)
        if kind == 1:
            return f"({x} {not_}IN ({rows}))"
        op = self.pick("=", "<>", "<", ">=")
        column = self.alias()
        which = lambda test: (
            f"EXISTS (SELECT 1 FROM (SELECT NULL AS {column} WHERE false UNION ALL SELECT * FROM"
            f" ({rows})) WHERE ({x} {op} {column}) IS {test})")
        if self.chance(50):
            return both(f"({x} {op} ANY ({rows}))",
                        f"(CASE WHEN {which('TRUE')} THEN true WHEN {which('NULL')} THEN NULL"
                        f" ELSE false END)")
        return both(f"({x} {op} ALL ({rows}))",
                    f"(CASE WHEN {which('FALSE')} THEN false WHEN {which('NULL')} THEN NULL"
                    f" ELSE true END)")

    def lateral(self, scope):
        """More of FROM that asks for columns of what stands before it: (PostgreSQL, SQLite), and its
        columns."""
        rows, inner = self.source(0)
        name = self.alias()
        kind = self.pick("int", "text")
        where = self.condition(inner + scope, 1)
        if self.chance(50):
            where += f" AND {self.column(inner, kind)} = {self.column(scope, kind)}"
        what = self.rng.randrange(3)
        if what == 0:
            columns = [(self.rng.choice([e for e, t in inner if t == type_]), type_)
                       for type_ in ("int", "text")]
            join = self.pick("CROSS JOIN", "LEFT JOIN")
            items = ", ".join(f"{e} AS c{i}" for i, (e, _) in enumerate(columns))
            text = both(f" {join} LATERAL (SELECT {items} FROM {rows} WHERE {where}) {name}"
                        + (" ON true" if join == "LEFT JOIN" else ""),
                        f" {join.replace('CROSS ', '')} {rows} ON {where}")
            return text, [(both(f"{name}.c{i}", e), t) for i, (e, t) in enumerate(columns)]
        if what == 1:
            columns = [self.aggregate(inner) for _ in range(self.rng.randrange(1, 3))]
            tail = f" HAVING count(*) > {self.rng.randrange(2)}" if self.chance(20) else ""
            join = "LEFT JOIN" if tail else "CROSS JOIN"
        else:
            columns = [(f"coalesce({self.value(inner, 'int', 1)}, NULL)", "int")]
            tail = f" ORDER BY {self.sort(columns[0][0])} LIMIT 1"
            join = "LEFT JOIN"
        items = ", ".join(f"{e} AS c{i}" for i, (e, _) in enumerate(columns))
        text = both(f" {join} LATERAL (SELECT {items} FROM {rows} WHERE {where}{tail}) {name}"
                    + (" ON true" if join == "LEFT JOIN" else ""), "")
        return text, [(both(f"{name}.c{i}", f"(SELECT {e} FROM {rows} WHERE {where}{tail})"), t)
                      for i, (e, t) in enumerate(columns)]

    def rows(self, scope):
        """A comparison of rows."""
        left, right = (f"({self.value(scope, 'int', 0)}, {self.value(scope, 'text', 0)})"
                       for _ in range(2))
        if self.chance(30):
            not_ = self.pick("", "NOT ")
            return both(f"({left} {not_}IN ({right}, (1, 'a')))",
                        f"({left} {not_}IN (VALUES {right}, (1, 'a')))")
        return f"({left} {self.pick('=', '<>', '<', '<=', '>', '>=')} {right})"

    def symmetric(self, value):
        x, a, b = value(), value(), value()
        return both(f"({x} BETWEEN SYMMETRIC {a} AND {b})",
                    f"({x} BETWEEN {a} AND {b} OR {x} BETWEEN {b} AND {a})")

    def order(self, scope, count=2):
        found = [e for e, t in scope if t != "bool"]
        return ", ".join(self.sort(e) for e in self.rng.sample(found, min(count, len(found))))

    def sort(self, expr):
        """Without a word about nulls they are where PostgreSQL has them, which SQLite must be told."""
        if self.chance(50):
            word = self.pick(" ASC", " DESC", "")
            nulls = "FIRST" if word == " DESC" else "LAST"
            return both(f"{expr}{word}", f"{expr}{word} NULLS {nulls}")
        return f"{expr} {self.pick('ASC', 'DESC')} NULLS {self.pick('FIRST', 'LAST')}"

    def window(self, scope, unique=None):
        """An integer of a window; unique: a column that has no value twice."""
        partition = f"PARTITION BY {self.value(scope, self.pick('int', 'text'), 1)} "
        partition = self.pick("", partition)
        if unique and self.chance(50):
            over = f"({partition}ORDER BY {unique} {self.pick('ASC', 'DESC')}"
            x = self.value(scope, "int", 1)
            n = self.rng.randrange(3)
            if self.chance(50):
                return self.pick("row_number()", f"lag({x}, {n}, -5)", f"lead({x}, {n})",
                                 f"lag({x})", f"ntile({n + 1})") + f" OVER {over})"
            kind = self.pick("ROWS", "ROWS", "RANGE")
            frame = self.pick(f"{n} PRECEDING", f"BETWEEN {n} PRECEDING AND 1 FOLLOWING",
                              "BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING",
                              f"BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING",
                              f"BETWEEN CURRENT ROW AND {n} FOLLOWING")
            return (self.pick(f"sum({x})", f"min({x})", "count(*)", f"first_value({x})",
                              f"last_value({x})") + f" OVER {over} {kind} {frame})")
        over = f"({partition}ORDER BY {self.order(scope)})"
        if self.chance(30):
            return self.pick("rank()", "dense_rank()") + f" OVER {over}"
        over = self.pick(over, f"({partition.strip()})")
        x = self.value(scope, "int", 1)
        filter_ = f" FILTER (WHERE {self.condition(scope, 1)})" if self.chance(20) else ""
        return (self.pick(f"sum({x})", f"min({x})", f"max({x})", "count(*)", f"count({x})")
                + f"{filter_} OVER {over}")

    def sets(self, items, rest, groups, tail):
        """Grouping sets, for SQLite as a union of aggregations."""
        kind = self.pick("ROLLUP", "CUBE", "GROUPING SETS")
        exprs = [g for g, _ in groups]
        if kind == "ROLLUP":
            sets = [exprs[:n] for n in range(len(exprs), -1, -1)]
        else:
            sets = [[g for i, g in enumerate(exprs) if n >> i & 1]
                    for n in range(1 << len(exprs))]
        if kind == "GROUPING SETS":
            sets = self.rng.sample(sets, self.rng.randrange(1, len(sets) + 1))
            if any(all(g not in s for s in sets) for g in exprs):
                sets.append(exprs)
            text = ", ".join(f"({', '.join(s)})" for s in sets)
        else:
            text = ", ".join(exprs)
        union = " UNION ALL ".join(
            f"SELECT {', '.join(self.of_set(e, groups, s, i) for i, e in enumerate(items))}"
            f" {rest} GROUP BY {', '.join(s) or 'NULL'}{tail}"
            if s else f"SELECT {', '.join(self.of_set(e, groups, s, i) for i, e in enumerate(items))}"
            f" {rest}{tail or ' HAVING true'}" for s in sets)
        named = ", ".join(f"{e} AS c{i}" for i, e in enumerate(items))
        return both(f"SELECT {named} {rest} GROUP BY {kind} ({text}){tail}",
                    f"SELECT * FROM ({union})")

    @staticmethod
    def of_set(expr, groups, present, i):
        if expr.startswith("grouping("):
            value = int(expr[9:-1] not in present)
        else:
            value = "NULL" if expr in [g for g, _ in groups] and expr not in present else expr
        return f"{value} AS c{i}"

    def subquery(self, scope):
        """A condition on a subquery, which may ask for columns of the scope."""
        rows, inner = self.source()
        where = self.condition(inner + scope, 1)
        if self.chance(70):
            type_ = self.pick("int", "text")
            where = f"{self.column(inner, type_)} = {self.column(scope, type_)} AND {where}"
        not_ = self.pick("", "NOT ")
        type_ = self.pick("int", "text")
        kind = self.rng.randrange(4)
        if kind < 2:
            return f"{not_}EXISTS (SELECT 1 FROM {rows} WHERE {where})"
        return (f"({self.value(scope, type_, 1)} {not_}IN"
                f" (SELECT {self.column(inner, type_)} FROM {rows} WHERE {where}))")

    def scalar(self, scope):
        """A subquery that is an integer."""
        rows, inner = self.source(0)
        where = [self.condition(inner, 1)] if self.chance(50) else []
        for _ in range(self.rng.randrange(3) if scope else 0):
            type_ = self.pick("int", "text")
            ours = [e for e, t in inner if t == type_]
            theirs = [e for e, t in scope if t == type_]
            if ours and theirs:
                where.append(f"{self.rng.choice(ours)} = {self.rng.choice(theirs)}")
        self.rng.shuffle(where)
        if scope and self.chance(20):
            where.append(self.condition(inner + scope, 1))
        where = " WHERE " + " AND ".join(where) if where else ""
        if self.chance(10):
            return (f"(SELECT {self.pick('max', 'count')}(q) FROM (SELECT NULL AS q WHERE false"
                    f" UNION ALL SELECT * FROM ({self.inner(scope, 'int')}) {self.alias()})"
                    f" {self.alias()})")
        if self.chance(25):
            column = self.rng.choice([e for e, t in inner if t == "int"])
            return (f"(SELECT {column} AS q FROM {rows}{where}"
                    f" ORDER BY {self.sort(column)} LIMIT 1)")
        what = self.pick("count(*)", f"max({self.value(inner, 'int', 1)})",
                         f"sum({self.value(inner, 'int', 1)})",
                         f"count(*) + coalesce(min({self.value(inner, 'int', 1)}), 7)")
        return f"(SELECT {what} FROM {rows}{where})"

    def sources(self, depth):
        """FROM without the word, its columns, and what stands in WHERE for commas."""
        text, scope = self.source(depth)
        commas = self.chance(25) # SQLite gives them the precedence of JOIN
        where = []
        for _ in range(self.pick(0, 0, 0, 1, 1, 2)):
            more, columns = self.source(depth)
            type_ = self.pick("int", "int", "text")
            on = f"{self.column(scope, type_)} = {self.column(columns, type_)}"
            if self.chance(25):
                # of columns: SQLite loses rows of FULL JOIN over a constant in an ON before it
                ours, theirs = ([e for e, t in c if t == "int"] for c in (scope, columns))
                left = self.rng.choice(ours or theirs or ["1"])
                right = self.rng.choice(theirs or ours or ["1"])
                on += f" AND {left} {self.pick('<', '<>', '>=')} {right}"
            if commas:
                text = f"{text}, {more}"
                where.append(on)
            elif self.chance(8):
                text = f"{text} CROSS JOIN {more}"
            else:
                text = f"{text} {self.pick(*JOINS)} {more} ON {on}"
            scope = scope + columns
        if not commas and self.chance(10):
            more, columns = self.lateral(scope)
            text, scope = text + more, scope + columns
        return text, scope, where

    def aggregate(self, scope):
        distinct = self.pick("", "", "DISTINCT ")
        text, type_ = self.pick(
            ("count(*)", "int"),
            (f"count({distinct}{self.value(scope, 'int', 1)})", "int"),
            (f"sum({distinct}{self.value(scope, 'int', 1)})", "int"),
            (f"min({self.value(scope, 'text', 1)})", "text"),
            (f"max({self.value(scope, 'int', 1)})", "int"))
        if self.chance(20):
            text += f" FILTER (WHERE {self.condition(scope, 1)})"
        return text, type_

    def select(self, depth, types=None):
        text, scope, parts = self.sources(depth)
        where = self.where(scope, parts)
        columns = []
        tail = ""
        if self.chance(35):
            groups = [(self.value(scope, t, 1), t) for t in self.rng.sample(["int", "text"], self.rng.randrange(3))]
            groups = [(g, t) for g, t in groups if "r" in g]
            columns = groups + [self.aggregate(scope) for _ in range(self.rng.randrange(1, 3))]
            if types is not None:
                columns = [next((c for c in columns if c[1] == t),
                                (f"count(*)" if t == "int" else f"min({self.column(scope, t)})", t))
                           for t in types]
            if groups:
                tail = " GROUP BY " + ", ".join(g for g, _ in groups)
            if self.chance(30):
                than = self.scalar([]) if self.chance(20) else self.rng.randrange(3)
                tail += f" HAVING count(*) > {than}"
            if groups and self.chance(30) and len(set(g for g, _ in groups)) == len(groups):
                items = [e for e, _ in columns]
                if types is None and self.chance(50):
                    columns.append((f"grouping({groups[0][0]})", "int"))
                    items.append(columns[-1][0])
                having = f" HAVING count(*) > {self.rng.randrange(3)}" if self.chance(30) else ""
                return (self.sets(items, f"FROM {text}{where}", groups, having),
                        [(f"c{i}", t) for i, (_, t) in enumerate(columns)])
        else:
            unique = scope[0][0] if re.fullmatch(r"\w+ \w+", text) else None
            for t in types or [self.pick("int", "int", "text") for _ in range(self.rng.randrange(1, 4))]:
                value = self.scalar(scope) if t == "int" and self.chance(12) else self.value(scope, t)
                if t == "int" and self.chance(12):
                    value = self.window(scope, unique)
                if self.chance(8):
                    value = (f"CASE WHEN {self.found(scope)} THEN {self.value(scope, t, 1)}"
                             f" WHEN {self.found(scope)} IS NULL THEN {self.literal(t)} END")
                columns.append((value, t))
        named = [(f"c{i}", t) for i, (_, t) in enumerate(columns)]
        items = ", ".join(f"{e} AS c{i}" for i, (e, _) in enumerate(columns))
        distinct = "DISTINCT " if self.chance(20) else ""
        return f"SELECT {distinct}{items} FROM {text}{where}{tail}", named

    def query(self, depth=1):
        text, columns = self.select(depth)
        if self.chance(20):
            other, _ = self.select(depth, [t for _, t in columns])
            if "FULL" in text + other: # SQLite 3.40 loses conditions on their UNION ALL
                return text, columns
            text = f"{text} {self.pick('UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT')} {other}"
        if self.chance(20):
            order = ", ".join(self.sort(c) for c, _ in self.rng.sample(columns, len(columns)))
            if self.chance(30):
                some = ", ".join(order.split(", ")[:1])
                n = self.rng.randrange(4)
                return both(f"SELECT * FROM ({text}) {self.alias()} ORDER BY {some}"
                            f" FETCH FIRST {n} ROWS WITH TIES",
                            f"SELECT {', '.join(c for c, _ in columns)} FROM (SELECT *, rank() OVER"
                            f" (ORDER BY {some}) AS r FROM ({text})) WHERE r <= {n}"), columns
            text = f"SELECT * FROM ({text}) {self.alias()} ORDER BY {order} LIMIT {self.rng.randrange(5)}"
            if self.chance(40):
                text += f" OFFSET {self.rng.randrange(3)}"
        return text, columns


JOINS = ("JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")
TYPES = {"int": "integer", "text": "text", "bool": "boolean"}


def schema(key):
    return "".join(
        f"CREATE TABLE {name} ("
        + ", ".join(f"{c} {TYPES[t]}{' PRIMARY KEY' if c == 'id' else ''}" if key else c
                    for c, t in columns.items()) + ");\n"
        for name, columns in TABLES.items())


def history(rng):
    value = {"int": lambda: rng.choice([None, 0, 1, 1, 2, 3]),
             "text": lambda: rng.choice([None, "a", "b", "ab", ""]),
             "bool": lambda: rng.choice([None, True, False])}
    for _ in range(STEPS):
        table = rng.choice(list(TABLES))
        id_ = rng.randrange(4)
        if rng.randrange(100) < 25:
            yield {"table": table, "op": "delete", "id": id_}
            continue
        record = {"id": id_}
        for column, type_ in list(TABLES[table].items())[1:]:
            if rng.randrange(100) < 90:
                record[column] = value[type_]()
        yield {"table": table, "op": "update", "id": id_, "record": record}


def plain(value):
    return int(value) if isinstance(value, bool) else value


def apply(db, mutation):
    columns = TABLES[mutation["table"]]
    db.execute(f"DELETE FROM {mutation['table']} WHERE id = ?", (mutation["id"],))
    if mutation["op"] != "delete":
        db.execute(f"INSERT INTO {mutation['table']} VALUES ({','.join('?' * len(columns))})",
                   [plain(mutation["record"].get(c)) for c in columns])


def run(ssp, seed, show, queries=None):
    """`queries`: instead of the seed's."""
    rng = random.Random(seed)
    made = [Gen(rng).query() for _ in range(VIEWS)]
    queries = queries or made
    log = list(history(rng))
    with tempfile.TemporaryDirectory() as folder:
        plan = f"{folder}/views.sql"
        with open(plan, "w", encoding="utf-8") as file:
            file.write(schema(True))
            for i, (text, _) in enumerate(queries):
                file.write(f"CREATE MATERIALIZED VIEW v{i} WITH (format = delta) AS"
                           f" {said(text, False)};\n")
        with open(f"{folder}/log", "w", encoding="utf-8") as file:
            file.writelines(json.dumps(m) + "\n" for m in log)
        done = subprocess.run([ssp, "--seq", plan, f"{folder}/log"],
                              capture_output=True, text=True, check=False)
        too_deep = re.search(r'view "v(\d+)": plan nested deeper than 64', done.stderr)
        if done.returncode and too_deep:
            queries[int(too_deep[1])] = ("SELECT 1 AS c0", [("c0", "int")])
            return run(ssp, seed, show, queries)
        if done.returncode:
            with open(plan, encoding="utf-8") as file:
                lines = file.read().split("\n")
            place = done.stderr.split(":")
            print(f"seed {seed}: {done.stderr.strip().replace(folder, '')}")
            if len(place) > 3 and place[2].isdigit():
                print(" ", lines[int(place[2]) - 1])
            return False
    content = [collections.Counter() for _ in queries]
    updates = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        update = json.loads(line)
        updates[update["seq"]].append(update)
    db = sqlite3.connect(":memory:")
    db.execute("PRAGMA case_sensitive_like = ON")
    db.executescript(schema(False))
    for step in range(len(log) + 1):
        if step:
            apply(db, log[step - 1])
        for update in updates[step]:
            i = int(update["view_id"][1:])
            for record in update["records"]:
                row = tuple(plain(record["record"][c]) for c, _ in queries[i][1])
                content[i][row] += record["weight"]
        for i, (text, _) in enumerate(queries):
            try:
                expected = collections.Counter(tuple(r) for r in db.execute(said(text, True)))
            except sqlite3.OperationalError: # it refuses some right joins that it could do
                continue
            got = +content[i]
            if got != expected or -content[i]:
                print(f"seed {seed} view v{i} step {step}: {said(text, False)}")
                print("  after:", json.dumps(log[:step]))
                print("  missing:", dict(expected - got), "too many:", dict(got - expected))
                return False
            if show and step == len(log):
                print(len(expected), said(text, False))
    return True


def main():
    ssp, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    bad = [seed for seed in range(first, first + count) if not run(ssp, seed, "--show" in sys.argv)]
    print(f"{count} seeds of {VIEWS} views over {STEPS} steps: {len(bad)} differ", bad[:20])
    sys.exit(1 if bad else 0)


main()
