"""Random queries in what PostgreSQL and ssp both speak, over the tables of postgres_diff.py.

An expression is made for a type: int, big, num (numeric with digits that are known), any (numeric
without), float, text, bool, date, ts, tz, span. A scope is a list of (expression, type).
"""
import json
import re

from random_query import RandomQuery

# What a column is declared as, and what stands in its records: pairs of JSON and SQL.
VALUES = {
    "int": [(v, str(v)) for v in (0, 1, 1, 2, 3, -1, 7, 2**31 - 1, 1 - 2**31)] + [("2", "2"), (3.0, "3")],
    "big": [(v, str(v)) for v in (0, 1, 2, -3, 5000000000, 2**63 - 1, -2**62)],
    "num": [(1.5, "1.5"), ("1.10", "1.10"), (2, "2"), (-0.25, "-0.25"), (0, "0"),
            (100.01, "100.01"), ("7.005", "7.005"), (3.33, "3.33")],
    "any": [(0.1, "0.1"), (2, "2"), ("12345678901234567890.123", "12345678901234567890.123"),
            (1e-7, "0.0000001"), (-3.5, "-3.5"), (1000, "1000"),
            ("99999999999999999999.99999", "99999999999999999999.99999"),
            ("0.00000000000000000001", "0.00000000000000000001"), (-1e15, "-1000000000000000"),
            (12345.6789, "12345.6789")],
    "float": [(0.1, "0.1"), (0.2, "0.2"), (1.5, "1.5"), (-2.5, "-2.5"), (1e16, "1e16"), (3, "3"),
              ("0.5", "0.5"), (0, "0"), (1e300, "1e300"), (-5e-324, "-5e-324"), (1e15, "1e15"),
              (123456.789, "123456.789"), (1e-5, "1e-5")],
    "text": [(v, f"'{v}'") for v in ("a", "b", "ab", "", "B", "a b", "ä", "12", "1.5", " a",
                                         "€uro \\_%", "A\tB")],
    "bool": [(True, "true"), (False, "false"), ("yes", "true"), ("f", "false")],
    "date": [(v, f"'{v}'") for v in ("2024-02-28", "2024-02-29", "2024-03-31", "2023-12-31",
                                     "1999-01-01", "1000-01-01", "5000-06-15")],
    "ts": [(v, f"'{v}'") for v in ("2024-02-28T10:00:00", "2024-02-28 10:00:00.5", "2024-03-31",
                                   "2024-02-28T23:59:59.999999", "2023-12-31T00:00:00Z",
                                   "1969-12-31T23:00:00")],
    "tz": [(v, f"'{v}'") for v in ("2024-02-28T10:00:00Z", "2024-02-28 12:00:00+02:00",
                                   "2024-03-31T01:30:00-05", "2024-02-28T10:00:00.25Z")],
    "span": [(v, f"'{v}'") for v in ("1 day", "02:30:00", "1 year 2 mons", "-3 days 04:00:00",
                                     "90 minutes", "1 mon -1 days", "PT1.5S", "36:00:00")],
    "json": [(v, "'" + json.dumps(v) + "'") for v in (
        {"k": 1, "s": "x", "a": [1, "b", {"c": True}]}, {"s": None, "a": []}, {"k": "7", "s": "ä"}, [1, 2],
        {"k": -3, "a": [{"c": "d"}]})],
}
DECLARED = {"int": "integer", "big": "bigint", "num": "numeric(8,2)", "any": "numeric",
            "float": "double precision", "text": "text", "bool": "boolean", "date": "date",
            "ts": "timestamp", "tz": "timestamptz", "span": "interval", "json": "jsonb"}
TABLES = {
    "t": {"id": "int", "a": "int", "n": "num", "s": "text", "d": "date", "g": "big"},
    "u": {"id": "int", "a": "int", "f": "float", "s": "text", "m": "ts", "x": "any", "i": "span"},
    "w": {"id": "int", "b": "int", "o": "bool", "n": "num", "z": "tz", "s": "text", "j": "json"},
}
NUMBERS = ("int", "big", "num", "any", "float")
KEYS = ("int", "int", "text", "num", "date")
COMPARED = ("int", "int", "int", "text", "text", "num", "float", "date", "ts", "tz", "big", "any",
            "span")
SELECTED = COMPARED + ("bool",)
JOINS = ("JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")


class Gen(RandomQuery):
    TABLES = TABLES

    def literal(self, type_):
        text = self.rng.choice(VALUES[type_])[1]
        if type_ in ("int", "text", "bool"):
            return f"({text})" if text.startswith("-") else text
        if type_ == "num" and "." in text:
            return f"({text})"
        return f"CAST({text} AS {DECLARED[type_]})"

    def column(self, scope, type_):
        found = [e for e, t in scope if t == type_]
        return self.rng.choice(found) if found and not self.chance(12) else self.literal(type_)

    def member(self, scope, type_):
        """A part of a JSON column; None: there is no such column."""
        found = [e for e, t in scope if t == "json"]
        if not found:
            return None
        column = self.rng.choice(found)
        if type_ == "int":
            return self.pick(f"({column} ->> 'k')::int", f"({column} -> 'a' ->> 0 = '1')::int")
        return self.pick(f"({column} ->> 's')", f"({column} -> 'a' ->> 1)",
                         f"({column} #>> '{{a,2,c}}')", f"({column} ->> 0)", f"jsonb_typeof({column} -> 'a')",
                         f"({column} -> 'a' -> 0 ->> 'c')")

    def value(self, scope, type_, depth=2):
        if type_ in ("int", "text") and self.chance(10):
            part = self.member(scope, type_)
            if part:
                return part
        if depth == 0 or self.chance(40):
            return self.column(scope, type_)
        again = lambda t=type_: self.value(scope, t, depth - 1)
        if self.chance(20):
            return self.pick(
                f"coalesce({again()}, {again()})", f"nullif({again()}, {again()})",
                f"CASE WHEN {self.condition(scope, depth - 1)} THEN {again()} ELSE {again()} END",
                f"CASE {again('int')} WHEN {again('int')} THEN {again()} END",
                *([f"greatest({again()}, {again()})", f"least({again()}, {again()})"]
                  if type_ not in ("span", "num") else []))
        return getattr(self, f"make_{type_}")(again, scope, depth)

    def make_int(self, again, _scope, _depth):
        return self.pick(
            f"({again()} + {again()})", f"({again()} - {again()})", f"({again()} * {again()})",
            f"({again()} / {again()})", f"({again()} % nullif({again()}, 0))", f"abs({again()})",
            f"length({again('text')})", f"(- {again()})", f"mod({again()}, 3)",
            f"CAST({again('num')} AS integer)", f"CAST({again('float')} / 1e14 AS int)",
            f"({again('date')} - {again('date')})", f"({again('bool')})::int",
            f"extract({self.pick('year', 'month', 'day', 'dow', 'doy', 'week', 'quarter')}"
            f" FROM {again(self.pick('date', 'ts', 'tz'))})::int",
            f"position({again('text')} IN {again('text')})")

    def make_big(self, again, _scope, _depth):
        return self.pick(f"({again()} + {again('int')})", f"({again()} - {again()})",
                         f"({again()} * {again('int')})", f"({again()} / nullif({again()}, 0))",
                         f"({again('int')})::bigint")

    def make_num(self, again, _scope, _depth):
        return self.pick(
            f"({again()} + {again()})", f"({again()} - {again('int')})", f"({again()} * 1.5)",
            f"({again('int')} * {again()})", f"round({again()}, {self.pick(0, 1, 2, 3)})",
            f"trunc({again()}, 1)", f"abs({again()})", f"(- {again()})", f"ceil({again()})",
            f"floor({again()})", f"round({again()})", f"({again()} % nullif({again()}, 0))",
            f"CAST({again()} AS numeric(10,3))", f"({again('int')})::numeric(9,1)",
            f"sign({again()})")

    def make_any(self, again, _scope, _depth):
        return self.pick(
            f"({again()} + {again('num')})", f"({again()} * {again('int')})",
            f"({again('num')} / nullif({again('num')}, 0))", f"({again()} / 3)",
            f"({again('int')} / 7.0)", f"({again()} - {again()})", f"abs({again()})",
            f"(1 / nullif({again()}, 0))", f"({again('float')})::numeric",
            f"div({again('num')}, nullif({again('num')}, 0))")

    def make_float(self, again, _scope, _depth):
        return self.pick(
            f"({again()} + {again()})", f"({again()} - {again()})", f"({again()} * {again()})",
            f"({again()} / nullif({again()}, 0))", f"({again()} * {again('int')})",
            f"({again()} + {again('num')})", f"abs({again()})", f"sqrt(abs({again('int')}))",
            f"floor({again()})", f"round({again()})", f"({again('num')})::float8", f"(- {again()})")

    def make_text(self, again, _scope, _depth):
        return self.pick(
            f"({again()} || {again()})", f"upper({again()})", f"lower({again()})",
            f"substr({again()}, {self.pick(1, 2, 0, -1)}, {self.pick(1, 2)})",
            f"replace({again()}, 'a', 'x')", f"left({again()}, {self.pick(1, -1)})",
            f"right({again()}, {self.pick(1, 2)})", f"trim({again()})", f"reverse({again()})",
            f"repeat({again()}, 2)", f"split_part({again()}, ' ', 1)",
            f"CAST({again(self.pick('int', 'num', 'float', 'date', 'ts', 'tz', 'bool', 'span', 'big'))}"
            f" AS text)", f"({again()} || {again(self.pick('int', 'num', 'date', 'bool'))})",
            f"concat({again()}, {again(self.pick('int', 'bool', 'num', 'ts'))})",
            f"CAST({again()} AS varchar(1))")

    def make_bool(self, _again, scope, depth):
        return f"({self.condition(scope, depth - 1)})"

    def make_date(self, again, _scope, _depth):
        return self.pick(f"({again()} + {again('int')})", f"({again()} - {again('int')})",
                         f"CAST({again(self.pick('ts', 'tz'))} AS date)")

    def make_ts(self, again, _scope, _depth):
        return self.pick(f"({again()} + {again('span')})", f"({again()} - {again('span')})",
                         f"({again('date')} + {again('span')})", f"CAST({again('date')} AS timestamp)",
                         f"date_trunc('{self.pick('hour', 'day', 'week', 'month', 'year')}', {again()})",
                         f"({again('tz')} AT TIME ZONE 'UTC')")

    def make_tz(self, again, _scope, _depth):
        return self.pick(f"({again()} + {again('span')})", f"date_trunc('hour', {again()})",
                         f"CAST({again('ts')} AS timestamptz)", f"to_timestamp({again('int')})")

    def make_span(self, again, _scope, _depth):
        return self.pick(f"({again('ts')} - {again('ts')})", f"({again()} + {again()})",
                         f"({again()} * {self.pick(2, 3, '0.5', -1)})", f"({again()} / 2)",
                         f"age({again('ts')}, {again('ts')})", f"({again()} - {again()})",
                         f"({again('tz')} - {again('tz')})", f"(- {again()})")

    def condition(self, scope, depth=2):
        """Without subqueries: what can stand anywhere."""
        type_ = self.pick(*COMPARED)
        value = lambda t=type_: self.value(scope, t, max(depth - 1, 0))
        if depth and self.chance(30):
            again = lambda: self.condition(scope, depth - 1)
            return self.pick(f"({again()} AND {again()})", f"({again()} OR {again()})",
                             f"(NOT {again()})", f"({again()}) IS NOT TRUE", f"({again()}) IS FALSE")
        if depth and self.chance(8):
            return f"({value('bool')})"
        op = self.pick("=", "=", "<>", "<", "<=", ">", ">=")
        if type_ in NUMBERS and self.chance(15):
            return f"({value()} {op} {value(self.pick(*NUMBERS))})"
        if type_ in ("date", "ts", "tz") and self.chance(15):
            return f"({value()} {op} {value(self.pick('date', 'ts', 'tz'))})"
        quoted = [sql for _, sql in VALUES[type_] if sql.startswith("'")]
        if quoted and self.chance(15):
            return f"({value()} {op} {self.rng.choice(quoted)})"
        return self.pick(
            f"({value()} {op} {value()})", f"({value()} {op} {value()})",
            f"({value()} IS NULL)", f"({value()} IS NOT NULL)",
            f"({value()} IS DISTINCT FROM {value()})",
            f"({value()} IS NOT DISTINCT FROM {value()})",
            f"({value()} BETWEEN {value()} AND {value()})",
            f"({value()} NOT BETWEEN {value()} AND {value()})",
            f"({value()} IN ({value()}, {value()}))", f"({value()} NOT IN ({value()}, NULL))",
            f"({self.value(scope, 'text', 1)} {self.pick('LIKE', 'NOT LIKE', 'ILIKE')}"
            f" '{self.pick('a%', '_', '%b', '%')}')",
            f"({self.value(scope, 'text', 1)} ~ '{self.pick('^a', 'b$', '[0-9]')}')")

    def subquery(self, scope):
        """A condition on a subquery, which may ask for columns of the scope."""
        rows, inner = self.source()
        where = self.condition(inner + scope, 1)
        if self.chance(70):
            type_ = self.pick(*KEYS)
            where = f"{self.column(inner, type_)} = {self.column(scope, type_)} AND {where}"
        type_ = self.pick(*KEYS)
        kind = self.rng.randrange(5)
        if kind < 2:
            return f"{self.pick('', 'NOT ')}EXISTS (SELECT 1 FROM {rows} WHERE {where})"
        value, column = self.value(scope, type_, 1), self.column(inner, type_)
        if kind == 4:
            return (f"({value} {self.pick('<', '>=', '=', '<>')} {self.pick('ANY', 'ALL')}"
                    f" (SELECT {column} FROM {rows} WHERE {where}))")
        return f"({value} {self.pick('', 'NOT ')}IN (SELECT {column} FROM {rows} WHERE {where}))"

    def scalar(self, scope, type_="int"):
        """A subquery that is a value."""
        rows, inner = self.source(0)
        where = [self.condition(inner, 1)] if self.chance(50) else []
        for _ in range(self.rng.randrange(3) if scope else 0):
            key = self.pick(*KEYS)
            ours = [e for e, t in inner if t == key]
            theirs = [e for e, t in scope if t == key]
            if ours and theirs:
                where.append(f"{self.rng.choice(ours)} = {self.rng.choice(theirs)}")
        where = " WHERE " + " AND ".join(where) if where else ""
        if type_ == "num":
            return f"(SELECT sum({self.column(inner, 'num')}) FROM {rows}{where})"
        if self.chance(25):
            column = self.rng.choice([e for e, t in inner if t == "int"] or ["1"])
            return (f"(SELECT {column} AS q FROM {rows}{where}"
                    f" ORDER BY {column} {self.pick('ASC', 'DESC')} LIMIT 1)")
        what = self.pick("count(*)", f"max({self.value(inner, 'int', 1)})",
                         f"sum({self.value(inner, 'int', 1)})",
                         f"count(*) + coalesce(min({self.value(inner, 'int', 1)}), 7)")
        return f"(SELECT {what} FROM {rows}{where})::int"

    def sources(self, depth):
        """FROM without the word, its columns, and what stands in WHERE for commas."""
        text, scope = self.source(depth)
        where = []
        for _ in range(self.pick(0, 0, 0, 1, 1, 2)):
            more, columns = self.source(depth)
            type_ = self.pick(*KEYS)
            ours, theirs = ([e for e, t in c if t == type_] for c in (scope, columns))
            outer = bool(ours and theirs) # PostgreSQL refuses FULL JOIN without a key
            on = (f"{self.rng.choice(ours)} = {self.rng.choice(theirs)}" if outer
                  else f"{self.column(scope, type_)} = {self.column(columns, type_)}")
            kind = self.pick(*(JOINS if outer else JOINS[:4]))
            if self.chance(25) and kind != "FULL JOIN":
                on += f" AND {self.condition(scope + columns, 1)}"
            if self.chance(15):
                text = f"{text}, {more}"
                where.append(on)
                scope = scope + columns
                break
            text = f"{text} CROSS JOIN {more}" if self.chance(6) else f"{text} {kind} {more} ON {on}"
            scope = scope + columns
        return text, scope, where

    def aggregate(self, scope):
        distinct = self.pick("", "", "", "DISTINCT ")
        value = lambda t: self.value(scope, t, 1)
        number = self.pick("int", "num", "num", "any")
        sums = {"int": "big", "num": "num", "any": "any"}
        extreme = self.pick("int", "text", "num", "date", "ts", "tz", "float", "any", "big")
        ordered = self.pick("int", "big", "num", "text", "date", "ts", "tz")
        way = self.pick("", " DESC") if ordered in NUMBERS else ""
        by = value(ordered) + (" || ''" if ordered == "text" else "") # of a type that is known
        text, type_ = self.pick(
            ("count(*)", "big"),
            (f"percentile_cont({self.pick(0, 0.25, 0.5, 1)}) WITHIN GROUP (ORDER BY {value('int')}"
             f"{self.pick('', ' DESC')})", "float"),
            (f"{self.pick('mode()', 'percentile_disc(0.5)', 'percentile_disc(0.25)')} WITHIN GROUP "
             f"(ORDER BY {by}{way})", ordered),
            (f"count({distinct}{value(self.pick('int', 'text', 'date'))})", "big"),
            (f"sum({distinct}{value(number)})", sums[number]),
            (f"sum({distinct}{value(number)})", sums[number]),
            (f"avg({distinct}{value(self.pick('int', 'num', 'any', 'big'))})", "any"),
            (f"sum({value('big')})", "any"),
            (f"{self.pick('min', 'max')}({value(extreme)})", extreme),
            (f"{self.pick('stddev', 'variance', 'stddev_pop', 'var_pop')}({value('num')})", "any"),
            (f"bool_{self.pick('and', 'or')}({value('bool')})", "bool"),
            (f"max({value('text')})", "text"))
        if self.chance(20):
            text += f" FILTER (WHERE {self.condition(scope, 1)})"
        return text, type_

    def grouped(self, scope, types):
        groups = [(self.value(scope, t, 1), t) for t in
                  self.rng.sample(["int", "text", "num", "date", "ts"], self.rng.randrange(3))]
        groups = [(g, t) for g, t in groups if re.search(r"\br\d", g) and not g.startswith("CAST(")]
        columns = groups + [self.aggregate(scope) for _ in range(self.rng.randrange(1, 3))]
        if types is not None:
            columns = [next((c for c in columns if c[1] == t), (f"min({self.column(scope, t)})", t))
                       for t in types]
        tail = " GROUP BY " + ", ".join(g for g, _ in groups) if groups else ""
        if self.chance(30):
            than = self.scalar([]) if self.chance(20) else self.rng.randrange(3)
            tail += f" HAVING count(*) > {than}"
        return columns, tail

    def select(self, depth, types=None):
        text, scope, parts = self.sources(depth)
        where = self.where(scope, parts)
        columns = []
        tail = ""
        plain = types is None or not set(types) & {"bool", "span"}
        if self.chance(35) and plain:
            columns, tail = self.grouped(scope, types)
        else:
            for t in types or [self.pick(*SELECTED) for _ in range(self.rng.randrange(1, 4))]:
                value = self.value(scope, t)
                if t in ("int", "num") and self.chance(12):
                    value = self.scalar(scope, t)
                columns.append((value, t))
        named = [(f"c{i}", t) for i, (_, t) in enumerate(columns)]
        items = ", ".join(f"{e} AS c{i}" for i, (e, _) in enumerate(columns))
        # equal intervals and numerics can differ in how they look
        distinct = "DISTINCT " if self.chance(20) and all(t != "span" for _, t in columns) else ""
        return f"SELECT {distinct}{items} FROM {text}{where}{tail}", named

    def query(self, depth=1):
        text, columns = self.select(depth)
        ordered = [c for c in columns if c[1] != "span"]
        if self.chance(20) and len(ordered) == len(columns):
            other, _ = self.select(depth, [t for _, t in columns])
            text = f"{text} {self.pick('UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT', 'EXCEPT ALL')} {other}"
        if self.chance(20) and len(ordered) == len(columns):
            text = f"SELECT * FROM ({text}) {self.alias()}{self.order(columns)} LIMIT {self.rng.randrange(5)}"
            if self.chance(40):
                text += f" OFFSET {self.rng.randrange(3)}"
        return text, columns

    def order(self, columns):
        return " ORDER BY " + ", ".join(
            c + self.pick("", " ASC", " DESC", " NULLS FIRST", " DESC NULLS LAST")
            for c, _ in self.rng.sample(columns, len(columns)))
