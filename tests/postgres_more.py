"""More of SQL than plain queries: windows, grouping sets, LATERAL, WITH, VALUES, recursion, lists."""
from postgres_query import Gen, KEYS, TABLES

FRAMES = ("ROWS BETWEEN 1 PRECEDING AND CURRENT ROW", "ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING",
          "ROWS UNBOUNDED PRECEDING", "ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
          "ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING")


class More(Gen):
    def __init__(self, rng):
        super().__init__(rng)
        self.named = {} # queries of WITH: name -> columns

    def source(self, depth=1):
        name = self.alias()
        if self.named and self.chance(40):
            query = self.rng.choice(list(self.named))
            return f"{query} {name}", [(f"{name}.{c}", t) for c, t in self.named[query]]
        if self.chance(5):
            rows = ", ".join(f"({self.literal('int')}, {self.pick(self.literal('text'), 'NULL')})"
                             for _ in range(self.rng.randrange(1, 4)))
            return f"(VALUES {rows}) {name} (x, y)", [(f"{name}.x", "int"), (f"{name}.y", "text")]
        return super().source(depth)

    def sources(self, depth):
        text, scope, where = super().sources(depth)
        if self.chance(12):
            more, columns = self.lateral(scope)
            return f"{text} {more}", scope + columns, where
        return text, scope, where

    def lateral(self, scope):
        name = self.alias()
        if self.chance(25):
            first = self.column(scope, "int")
            return self.pick(
                (f"CROSS JOIN generate_series(1, 3) {name}", [(name, "int")]),
                (f"CROSS JOIN LATERAL unnest(ARRAY[{first}, 5, {self.column(scope, 'int')}]) {name}",
                 [(f"{name}::int", "int")])) # elements have no type that ssp knows
        rows, inner = super().source(0)
        key = self.pick(*KEYS)
        where = f"{self.column(inner, key)} = {self.column(scope, key)}"
        if self.chance(40):
            where = self.pick(where, f"{where} AND {self.condition(inner + scope, 1)}",
                              self.condition(inner + scope, 1))
        kind = self.rng.randrange(3)
        if kind == 0:
            value, type_ = self.aggregate(inner)
            return (f"CROSS JOIN LATERAL (SELECT {value} AS x FROM {rows} WHERE {where}) {name}",
                    [(f"{name}.x", type_)])
        type_ = self.pick("int", "text", "num")
        value = self.column(inner, type_)
        tail = f" ORDER BY coalesce({value}, NULL){self.pick('', ' DESC')} LIMIT {self.pick(1, 2)}" if kind == 1 else ""
        join = self.pick("CROSS JOIN LATERAL", "LEFT JOIN LATERAL")
        on = " ON true" if join.startswith("LEFT") else ""
        return (f"{join} (SELECT {value} AS x FROM {rows} WHERE {where}{tail}) {name}{on}",
                [(f"{name}.x", type_)])

    def condition(self, scope, depth=2):
        if depth == 0 or not self.chance(8):
            return super().condition(scope, depth)
        value = lambda t="int": self.value(scope, t, depth - 1)
        pair = lambda: f"({value()}, {value('text')})"
        return self.pick(
            f"({pair()} {self.pick('=', '<>', '<', '>=')} {pair()})",
            f"({pair()} {self.pick('', 'NOT ')}IN ({pair()}, {pair()}))",
            f"({value()} BETWEEN SYMMETRIC {value()} AND {value()})",
            f"({value()} {self.pick('=', '<', '<>')} {self.pick('ANY', 'ALL')} (ARRAY[{value()}, 2]))",
            f"({value('text')} SIMILAR TO '{self.pick('(a|b)%', '_', '[0-9]+')}')",
            f"({value('date')} + 1 > ALL (SELECT {self.literal('date')}))")

    def window(self, scope, unique):
        """A value over other rows; unique: columns that tell rows apart, so that places have no ties."""
        key = self.pick("int", "text", "date", "num")
        partition = self.pick("", "", f"PARTITION BY {self.value(scope, key, 1)} ")
        type_ = self.pick("int", "num", "any")
        value = self.value(scope, type_, 1)
        sums = {"int": "big", "num": "num", "any": "any"}[type_]
        kind = self.rng.randrange(5)
        if kind < 2 and unique:
            over = f"({partition}ORDER BY {unique}{self.pick('', ' DESC')}"
            if self.chance(50):
                return self.pick((f"row_number() OVER {over})", "big"), (f"ntile(2) OVER {over})", "int"),
                                 (f"lag({value}) OVER {over})", type_), (f"lead({value}, 2) OVER {over})", type_))
            call, result = self.pick((f"sum({value})", sums), (f"avg({value})", "any"), ("count(*)", "big"),
                                     (f"max({value})", type_), (f"first_value({value})", type_),
                                     (f"last_value({value})", type_))
            return f"{call} OVER {over} {self.pick(*FRAMES)})", result
        order = f"ORDER BY {self.value(scope, self.pick('int', 'text', 'date', 'ts'), 1)}{self.pick('', ' DESC')}"
        if kind == 2:
            return self.pick((f"rank() OVER ({partition}{order})", "big"),
                             (f"dense_rank() OVER ({partition}{order})", "big"),
                             (f"cume_dist() OVER ({partition}{order})", "float"),
                             (f"percent_rank() OVER ({partition}{order})", "float"))
        frame = ""
        if kind == 3:
            order = f"ORDER BY {self.column(scope, 'int')} + 0"
            frame = self.pick(" RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING", " RANGE UNBOUNDED PRECEDING",
                              " RANGE BETWEEN CURRENT ROW AND 2 FOLLOWING")
        call, result = self.pick((f"sum({value})", sums), (f"avg({value})", "any"), (f"count({value})", "big"),
                                 (f"min({value})", type_))
        if self.chance(15):
            call += f" FILTER (WHERE {self.condition(scope, 1)})"
        return f"{call} OVER ({partition}{self.pick(order, order, '') if not frame else order}{frame})", result

    def lists(self, scope):
        """Aggregates whose result is only shown."""
        type_ = self.pick("int", "text", "date")
        value = f"coalesce({self.value(scope, type_, 1)}, NULL)"
        text = f"coalesce({self.value(scope, 'text', 1)}, NULL)"
        return self.pick(f"array_agg({value} ORDER BY {value})", f"array_agg(DISTINCT {value})",
                         f"string_agg({text}, ',' ORDER BY {text})", f"string_agg(DISTINCT {text}, '')",
                         f"jsonb_agg({value} ORDER BY {value} DESC)",
                         f"array_agg({value} ORDER BY {value}) FILTER (WHERE {self.condition(scope, 1)})")

    def sets(self):
        """GROUP BY of several sets at once, over one table."""
        rows, scope = Gen.source(self, 0)
        keys = self.rng.sample([e for e, t in scope if t in ("int", "text", "date", "num")], 2)
        types = dict(scope)
        where = self.where(scope, [])
        value, type_ = self.aggregate(scope)
        by = self.pick(f"ROLLUP ({keys[0]}, {keys[1]})", f"CUBE ({keys[0]}, {keys[1]})",
                       f"GROUPING SETS (({keys[0]}), ({keys[1]}), ())", f"{keys[0]}, ROLLUP ({keys[1]})",
                       f"GROUPING SETS (({keys[0]}, {keys[1]}), ({keys[1]}))")
        having = f" HAVING count(*) > {self.pick(0, 1)}" if self.chance(25) else ""
        return (f"SELECT {keys[0]} AS c0, {keys[1]} AS c1, {value} AS c2,"
                f" grouping({keys[0]}, {keys[1]}) AS c3 FROM {rows}{where} GROUP BY {by}{having}",
                [("c0", types[keys[0]]), ("c1", types[keys[1]]), ("c2", type_), ("c3", "int")])

    def over(self):
        """Columns beside values over other rows."""
        name = self.alias()
        unique = None
        if self.chance(60):
            table = self.rng.choice(list(TABLES))
            rows, scope = f"{table} {name}", [(f"{name}.{c}", t) for c, t in TABLES[table].items()]
            unique = f"{name}.id"
            where = self.where(scope, [])
        else:
            rows, scope, parts = self.sources(0)
            where = self.where(scope, parts)
        columns = [self.window(scope, unique) for _ in range(self.rng.randrange(1, 3))]
        type_ = self.pick("int", "text", "num")
        columns.append((self.column(scope, type_), type_))
        items = ", ".join(f"{e} AS c{i}" for i, (e, _) in enumerate(columns))
        return f"SELECT {items} FROM {rows}{where}", [(f"c{i}", t) for i, (_, t) in enumerate(columns)]

    def first_of(self):
        """DISTINCT ON, and the first rows WITH TIES."""
        if self.chance(50):
            table, name = self.rng.choice(list(TABLES)), self.alias()
            scope = [(f"{name}.{c}", t) for c, t in TABLES[table].items()]
            key = f"{name}.{self.rng.choice([c for c, t in TABLES[table].items() if t not in ('span', 'json')])}"
            types = dict(scope)
            return (f"SELECT DISTINCT ON ({key}) {key} AS c0, {name}.id AS c1 FROM {table} {name}"
                    f"{self.where(scope, [])} ORDER BY {key}, {name}.id{self.pick('', ' DESC')}",
                    [("c0", types[key]), ("c1", "int")])
        text, columns = Gen.query(self, 0)
        column = self.rng.choice([c for c, t in columns if t != "span"] or ["1"])
        return (f"SELECT * FROM ({text}) {self.alias()} ORDER BY {column}{self.pick('', ' DESC')}"
                f" FETCH FIRST {self.pick(1, 2)} ROWS WITH TIES", columns)

    def recursion(self):
        table = self.pick("t", "u")
        name = self.alias()
        more = self.pick("", f" AND {name}.x < 3")
        return (f"WITH RECURSIVE {name} (x) AS (SELECT id FROM {table} WHERE id < 2 UNION"
                f" SELECT s.a FROM {table} s JOIN {name} ON s.id = {name}.x{more}) SELECT x AS c0 FROM {name}",
                [("c0", "int")])

    def query(self, depth=1):
        kind = self.rng.randrange(100)
        if kind < 8:
            return self.sets()
        if kind < 22:
            return self.over()
        if kind < 28:
            return self.first_of()
        if kind < 30:
            return self.recursion()
        if kind < 38 and not self.named:
            name = self.alias()
            text, columns = super().query(0)
            self.named = {name: columns}
            body, found = super().query(depth)
            self.named = {}
            return f"WITH {name} AS ({text}) {body}", found
        return super().query(depth)

    def whole(self):
        """A query as a view has it: lists may stand in it too."""
        if not self.chance(10):
            return self.query()
        rows, scope, parts = self.sources(0)
        key, type_ = self.column(scope, "int"), self.pick("int", "text")
        where = self.where(scope, parts)
        inner, columns = self.source(0)
        value = self.column(columns, type_)
        array = (f"ARRAY(SELECT {value} FROM {inner} WHERE {self.column(columns, 'int')} ="
                 f" {self.column(scope, 'int')} ORDER BY coalesce({value}, NULL))")
        if self.chance(30):
            return f"SELECT {key} AS c0, {array} AS c1 FROM {rows}{where}", [("c0", "int"), ("c1", "list")]
        group = f" GROUP BY {key}" if key.startswith("r") else ""
        return (f"SELECT {key} AS c0, {self.lists(scope)} AS c1 FROM {rows}{where}{group}" if group else
                f"SELECT {self.lists(scope)} AS c1, 0 AS c0 FROM {rows}{where}"), [("c0", "int"), ("c1", "list")]
