"""Random plans and the SQL for SQLite that means the same; see plan_diff.py."""
import collections

TABLES = ["t", "u"]
COLUMNS = {"g": "int", "s": "text", "n": "int", "q": "quarter", "b": "bool"}
VALUES = {"int": [0, 1, 2, 3, -1, 7, 10], "quarter": [0.25, 0.5, 1.0, -0.75, 2.0, 2.5],
          "text": ["a", "b", "ab", "B", "", "10", "é"], "bool": [True, False]}
NUMBERS = {"int", "quarter"}
KINDS = ["inner", "left", "right", "full", "semi", "anti"]

# A plan, the SQL, its columns {name: type}. keys: hidden columns of the SQL by which rows are
# ordered last, as by their keys in ssp; None: by content, so that an order must name all columns.
Relation = collections.namedtuple("Relation", "plan sql columns keys")


def quoted(name):
    return f'"{name}"'


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"({int(value) if isinstance(value, bool) else value})"


def call(name, *args):
    return {"call": name, "args": list(args)}


class Expressions:
    """Scalars: (operand of a plan, SQL)."""

    def __init__(self, rng):
        self.rng = rng

    def chance(self, p):
        return self.rng.random() < p

    def constant(self, kind):
        value = self.rng.choice(VALUES[kind])
        return {"value": value}, literal(value)

    def leaf(self, columns, kind):
        names = [name for name, of in columns.items() if of == kind]
        if not names or self.chance(0.25):
            return self.constant(kind)
        name = self.rng.choice(names)
        return {"field": name}, quoted(name)

    def scalar(self, columns, kind, depth):
        """An operand of a type."""
        if depth <= 0 or self.chance(0.25):
            return self.leaf(columns, kind)
        if self.chance(0.25):
            return self.choice(columns, kind, depth - 1)
        if kind in NUMBERS:
            return self.number(columns, kind, depth - 1)
        if kind == "text":
            return self.text(columns, depth - 1)
        plan, sql = self.truth(columns, depth - 1)
        return call("and", plan, {"value": True}), sql

    def choice(self, columns, kind, depth):
        (a, x), (b, y) = (self.scalar(columns, kind, depth) for _ in range(2))
        which = self.rng.choice(["coalesce", "nullif", "case", "greatest", "least"])
        if which == "case":
            condition, sql = self.truth(columns, depth)
            return call("case", condition, a, b), f"CASE WHEN {sql} THEN {x} ELSE {y} END"
        extreme = {"greatest": "max", "least": "min"}.get(which)
        sql = f"coalesce({extreme}({x}, {y}), {x}, {y})" if extreme else f"{which}({x}, {y})"
        return call(which, a, b), sql

    def number(self, columns, kind, depth):
        a, x = self.scalar(columns, kind, depth)
        b, y = self.scalar(columns, kind, depth)
        c, z = self.scalar(columns, "quarter", depth)
        of_text, text = self.scalar(columns, "text", depth)
        forms = [(call("add", a, b), f"({x} + {y})"), (call("sub", a, b), f"({x} - {y})"),
                 (call("neg", a), f"(- {x})"), (call("abs", a), f"abs({x})")]
        if kind == "int":
            forms += [(call("mod", a, b), f"({x} % {y})"), (call("sign", a), f"sign({x})"),
                      (call("mul", a, {"value": 3}), f"({x} * 3)"),
                      (call("length", of_text), f"length({text})"),
                      (call("position", {"value": "b"}, of_text), f"instr({text}, 'b')"),
                      (call("quotient", a, b), f"({x} / {y})"),
                      (call("mod", call("power", a, {"value": 2}), {"value": 97}),
                       f"(({x} * {x}) % 97)"),
                      (call("round", a, {"value": -1}), f"round_to({x}, -1)"),
                      (call("cast", c, "integer"), f"CAST(round({z}) AS INTEGER)"),
                      (call("cast", of_text, "integer"), f"whole({text})")]
            forms += [(call(name, c), f"CAST({name}({z}) AS INTEGER)")
                      for name in ("round", "floor", "ceil", "trunc")]
            forms += self.time(a, x, b, y)
        else:
            forms.append((call("div", a, {"value": 2}), f"({x} / 2.0)"))
        return self.rng.choice(forms)

    def time(self, a, x, b, y):
        """Whole numbers as seconds, a few years around 1970."""
        at = call("mul", call("mod", a, {"value": 100}), {"value": 5000003})
        seconds = f"({x} % 100 * 5000003)"
        unit = self.rng.choice(["minute", "hour", "day", "week", "month", "quarter", "year"])
        part = self.rng.choice([unit, "second", "dow", "isodow", "doy", "isoyear", "epoch"])
        within = f"((({x} % 1000) + 1000) % 1000)"
        return [
            (call("date_trunc", {"value": unit}, at), f"date_trunc('{unit}', {seconds})"),
            (call("extract", {"value": part}, call("to_timestamp", at)),
             f"extract('{part}', {seconds})"),
            (call("epoch", call("to_timestamp", at)), seconds),
            (call("age_ms", a, b), f"(({x} - {y}) * 1000)"),
            (call("tumble", call("mod", call("add", call("mod", a, {"value": 1000}),
                                             {"value": 1000}), {"value": 1000}),
                  {"value": "7s"}), f"({within} - {within} % 7)"),
            (call("get", call("hop", a, {"value": 1}, {"value": "3s"}), {"value": -1}), x),
            (call("array_length", call("array", a, b)), "2")]

    def text(self, columns, depth):
        a, x = self.scalar(columns, "text", depth)
        b, y = self.scalar(columns, "text", depth)
        n, z = self.leaf(columns, "int")
        return self.rng.choice([
            (call("append", a, b), f"({x} || {y})"),
            (call("concat", a, b, n), f"(ifnull({x}, '') || ifnull({y}, '') || ifnull({z}, ''))"),
            (call("lower", a), f"to_lower({x})"),
            (call("replace", a, {"value": "b"}, {"value": "xy"}), f"replace({x}, 'b', 'xy')"),
            (call("substr", a, {"value": 1}, {"value": 1}), f"substr({x}, 1, 1)"),
            (call("trim", call("concat", {"value": " "}, a)), f"trim(' ' || ifnull({x}, ''))"),
            (call("ltrim", a, {"value": "ab"}), f"ltrim({x}, 'ab')"),
            (call("rtrim", a, {"value": "ab"}), f"rtrim({x}, 'ab')"),
            (call("upper", a), f"to_upper({x})"), (call("reverse", a), f"reverse({x})"),
            (call("left", a, {"value": -1}), f"leftmost({x}, -1)"),
            (call("right", a, {"value": 1}), f"rightmost({x}, 1)"),
            (call("repeat", a, {"value": 2}), f"({x} || {x})"),
            (call("split_part", call("append", a, {"value": "-"}, b), {"value": "-"},
                  {"value": 2}), f"split_part({x} || '-' || {y}, '-', 2)"),
            (call("cast", n, "text"), f"CAST({z} AS TEXT)"),
            (call("to_timestamp", call("mod", n, {"value": 5003})), f"to_timestamp({z} % 5003)"),
            (call("typeof", call("coalesce", a, {"value": None})),  # a null may have gone missing
             f"CASE WHEN {x} IS NULL THEN 'null' ELSE 'string' END"),
            (call("get", call("array", a, b), {"value": 1}), y),
            (call("path", call("object", {"value": "k"}, call("array", a)), {"value": "k.0"}), x)])

    def truth(self, columns, depth):
        """A predicate; it never compares with a literal null."""
        if depth > 0 and self.chance(0.4):
            parts = [self.truth(columns, depth - 1) for _ in range(self.rng.randint(1, 3))]
            which = self.rng.choice(["and", "or", "not"])
            if which == "not":
                return ({"type": "not", "predicate": parts[0][0]}, f"(NOT {parts[0][1]})")
            return ({"type": which, "predicates": [plan for plan, _ in parts]},
                    "(" + f" {which} ".join(sql for _, sql in parts) + ")")
        return self.comparison(columns, depth)

    def comparison(self, columns, depth):
        kind = self.rng.choice([of for of in columns.values() if of in VALUES] or ["int"])
        a, x = self.scalar(columns, kind, depth)
        form = self.rng.random()
        if form < 0.15:
            return {"type": "is_null", "field": a}, f"({x} IS NULL)"
        if form < 0.25:
            values = self.rng.sample(VALUES[kind], 2)
            listed = list(map(literal, values))
            if self.chance(0.5):
                other, sql = self.scalar(columns, kind, depth - 1)
                values, listed = [other, *values], [sql, *listed]
            return {"type": "in", "field": a, "values": values}, f"({x} IN ({', '.join(listed)}))"
        if form < 0.35 and kind in NUMBERS:
            low, high = sorted(self.rng.sample(VALUES[kind], 2))
            return ({"type": "between", "field": a, "low": low, "high": high},
                    f"({x} BETWEEN {low} AND {high})")
        if form < 0.6 and kind == "text":
            return self.match(a, x)
        orders = ["eq", "neq"] + (["gt", "gte", "lt", "lte"] if kind != "bool" else [])
        which = self.rng.choice(orders)
        sign = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}[which]
        b, y = self.scalar(columns, kind, depth - 1)
        if form < 0.65:
            return ({"type": "eq", "field": call("is_distinct", a, b), "value": True},
                    f"({x} IS NOT {y})")
        return {"type": which, "field": a, "value": b}, f"({x} {sign} {y})"

    def match(self, a, x):
        """What is asked of text."""
        pattern = self.rng.choice(["a%", "%b", "_", "%", "\\_", "a_"])
        regex = self.rng.choice(["^[ab]+$", "b", "^$", "[^a]"])
        return self.rng.choice([
            ({"type": "like", "field": a, "pattern": pattern},
             f"({x} LIKE {literal(pattern)} ESCAPE '\\')"),
            ({"type": "ilike", "field": a, "pattern": pattern},
             f"(to_lower({x}) LIKE {literal(pattern)} ESCAPE '\\')"),
            ({"type": "regex", "field": a, "pattern": regex}, f"regexp({literal(regex)}, {x})"),
            ({"type": "prefix", "field": a, "prefix": "a"}, f"(substr({x}, 1, 1) = 'a')"),
            ({"type": "contains", "field": a, "value": "b"}, f"(instr({x}, 'b') > 0)"),
            ({"type": "eq", "field": call("ends_with", a, {"value": "b"}), "value": True},
             f"(rightmost({x}, 1) = 'b')"),
            ({"type": "eq", "field": call("starts_with", a, {"value": "a"}), "value": True},
             f"(substr({x}, 1, 1) = 'a')")])


class Measure:
    """An aggregate over a relation: its plan, its SQL, its alias and its type. Types that VALUES has
    not are no operands; "opaque" ones are no keys either."""

    def __init__(self, plans, of, top):
        rng = plans.rng
        functions = [self.count, self.sum, self.sum, self.extreme, self.extreme, self.truth,
                     self.percentile, self.mode, self.first, self.string]
        if of.keys is not None:
            functions.append(self.arg)
        if top:
            functions += [self.spread, self.array]
        self.plans, self.of, self.alias = plans, of, plans.name()
        self.plan, self.sql, self.kind = rng.choice(functions)()
        self.plan["alias"] = self.alias
        if plans.chance(0.3):
            self.plan["filter"], condition = plans.truth(of.columns, 1)
            self.sql += f" FILTER (WHERE {condition})"

    def operand(self, kind=None):
        kind = kind or self.plans.rng.choice(list(VALUES))
        plan, sql = self.plans.scalar(self.of.columns, kind, self.plans.rng.choice([0, 0, 1]))
        return plan, sql, kind

    def number(self):
        return self.operand(self.plans.rng.choice(["int", "quarter"]))

    def distinct(self, plan):
        chosen = self.plans.chance(0.3)
        if chosen:
            plan["distinct"] = True
        return "DISTINCT " if chosen else ""

    def count(self):
        if self.plans.chance(0.4):
            return {"func": "count"}, "count(*)", "int"
        plan, sql, _ = self.operand()
        if self.plans.chance(0.2):
            return {"func": "count_distinct", "field": plan}, f"count(DISTINCT {sql})", "int"
        plan = {"func": "count", "field": plan}
        return plan, f"count({self.distinct(plan)}{sql})", "int"

    def sum(self):
        plan, sql, kind = self.number()
        function = self.plans.rng.choice(["sum", "avg"])
        plan = {"func": function, "field": plan}
        kind = kind if function == "sum" else "real"
        return plan, f"{function}({self.distinct(plan)}{sql})", kind

    def extreme(self):
        plan, sql, kind = self.operand()
        function = self.plans.rng.choice(["min", "max"])
        return {"func": function, "field": plan}, f"{function}({sql})", kind

    def truth(self):
        plan, sql, kind = self.operand("bool")
        function, same = self.plans.rng.choice([("bool_and", "min"), ("bool_or", "max")])
        return {"func": function, "field": plan}, f"{same}({sql})", kind

    def percentile(self):
        p = self.plans.rng.choice([0, 0.25, 0.5, 1])
        if self.plans.chance(0.5):
            plan, sql, kind = self.operand()
            return ({"func": "percentile_disc", "p": p, "field": plan},
                    f"percentile_disc({sql}, {p})", kind)
        plan, sql, _ = self.number()
        if self.plans.chance(0.5):
            return {"func": "median", "field": plan}, f"percentile({sql}, 0.5)", "real"
        return {"func": "percentile", "p": p, "field": plan}, f"percentile({sql}, {p})", "real"

    def mode(self):
        plan, sql, kind = self.operand()
        plan = {"func": "mode", "field": plan}
        return plan, f"mode({self.distinct(plan)}{sql})", kind

    def spread(self):
        plan, sql, _ = self.number()
        function = self.plans.rng.choice(["stddev", "stddev_pop", "variance", "var_pop"])
        return {"func": function, "field": plan}, f"spread({sql}, '{function}')", "opaque"

    def ordered(self, function, plan, sql, more=None):
        """An aggregate by an order."""
        order, _ = self.plans.order(self.of)
        ways = "".join(field["direction"][0] for field in order) + "a" * len(self.of.keys or [])
        by = [quoted(field["field"]) for field in order] + list(self.of.keys or [])
        return ({"func": function, "field": plan, "order_by": order, **(more or {})},
                f"{function}_by({', '.join([sql, literal(ways), *by])})")

    def first(self):
        plan, sql, kind = self.operand()
        return *self.ordered(self.plans.rng.choice(["first", "last"]), plan, sql), kind

    def string(self):
        plan, sql, kind = self.operand("text")
        if self.plans.chance(0.3):
            return ({"func": "string_agg", "field": plan, "separator": "|", "distinct": True},
                    f"joined(DISTINCT {sql})", kind)
        return *self.ordered("string_agg", plan, sql, {"separator": "|"}), kind

    def array(self):
        plan, sql, _ = self.operand()
        if self.plans.chance(0.3):
            return ({"func": "json_agg", "field": plan, "distinct": True},
                    f"different(DISTINCT {sql})", "opaque")
        return *self.ordered("array_agg", plan, sql), "opaque"

    def arg(self):
        plan, sql, kind = self.operand()
        by, value, _ = self.operand()
        function, way = self.plans.rng.choice([("arg_min", "a"), ("arg_max", "d")])
        ways = literal(way + "a" * len(self.of.keys))
        keys = ", ".join(self.of.keys)
        return ({"func": function, "field": plan, "by": by},
                f"arg_by({sql}, {ways}, {value}, {keys})", kind)


class Plans(Expressions):
    """Random relations."""

    def __init__(self, rng):
        super().__init__(rng)
        self.names = 0

    def name(self):
        self.names += 1
        return f"c{self.names}"

    def scan(self):
        table = self.rng.choice(TABLES)
        listed = ", ".join(map(quoted, COLUMNS))
        return Relation({"op": "scan", "table": table},
                        f"SELECT {listed}, 'x' || id AS k0 FROM {table}", dict(COLUMNS), ["k0"])

    def relation(self, depth, top=False):
        if depth <= 0:
            return self.scan()
        which = self.rng.choice([self.filter, self.project, self.join, self.join, self.aggregate,
                                 self.aggregate, self.distinct, self.set, self.limit])
        if which == self.project and top:
            return self.rounded(depth - 1)
        return self.aggregate(depth - 1, top) if which == self.aggregate else which(depth - 1)

    def filter(self, depth):
        of = self.relation(depth)
        predicate, sql = self.truth(of.columns, 2)
        return of._replace(plan={"op": "filter", "predicate": predicate, "input": of.plan},
                           sql=f"SELECT * FROM ({of.sql}) WHERE {sql}")

    def project(self, depth, columns=None):
        """columns: what is to come out, {name: type}; else anything."""
        of = self.relation(depth)
        columns = columns or {self.name(): self.rng.choice(list(VALUES))
                              for _ in range(self.rng.randint(1, 4))}
        projections, listed = [], list(of.keys or [])
        for name, kind in columns.items():
            plan, sql = self.scalar(of.columns, kind, 2)
            listed.append(f"{sql} AS {quoted(name)}")
            projections.append({"type": "field", "field": plan["field"], "alias": name}
                               if "field" in plan else
                               {"type": "expr", "expr": plan, "alias": name})
        return Relation({"op": "project", "projections": projections, "input": of.plan},
                        f"SELECT {', '.join(listed)} FROM ({of.sql})", dict(columns), of.keys)

    def rounded(self, depth):
        """A column more, of what is no number of a few digits."""
        of, alias = self.project(depth), self.name()
        a, x = self.scalar(of.columns, "int", 1)
        b, y = self.scalar(of.columns, "quarter", 1)
        plan, sql = self.rng.choice([
            (call("div", a, b), f"(CAST({x} AS REAL) / {y})"), (call("sqrt", b), f"sqrt({y})"),
            (call("ln", b), f"ln({y})"), (call("log", b), f"log10({y})"),
            (call("exp", call("mod", a, {"value": 20})), f"exp({x} % 20)"),
            (call("power", b, {"value": -2}), f"(1.0 / ({y} * {y}))"),
            (call("round", call("div", a, {"value": 7}), {"value": 2}),
             f"round(CAST({x} AS REAL) / 7, 2)")])
        keys = ", ".join(["*", *(f"{sql} AS {quoted(alias)}",)])
        return Relation({"op": "project", "input": of.plan, "projections": [
                            {"type": "all"}, {"type": "expr", "expr": plan, "alias": alias}]},
                        f"SELECT {keys} FROM ({of.sql})", {**of.columns, alias: "opaque"}, of.keys)

    def condition(self, left, right):
        """on, where, and the SQL of both."""
        pairs = [(a, b) for a, x in left.columns.items() for b, y in right.columns.items()
                 if x == y or {x, y} <= NUMBERS]
        pairs = self.rng.sample(pairs, min(len(pairs), self.rng.choice([0, 1, 1, 1, 1, 2])))
        plan = {"on": [{"left_field": a, "right_field": b} for a, b in pairs]}
        parts = [f"l.{quoted(a)} = r.{quoted(b)}" for a, b in pairs]
        if self.chance(0.3):
            sides = {f"{side}.{name}": kind for side, of in (("l", left), ("r", right))
                     for name, kind in of.columns.items()}
            plan["where"], sql = self.truth(sides, 1)
            plan["as"] = ["l", "r"]
            for name in sides:
                sql = sql.replace(quoted(name), f"{name[0]}.{quoted(name[2:])}")
            parts.append(sql)
        return plan, " AND ".join(parts) or "1"

    def join(self, depth):
        left, right = self.relation(depth), self.relation(self.rng.randint(0, depth))
        plan, condition = self.condition(left, right)
        kind = self.rng.choice(KINDS)
        plan.update({"op": "join", "kind": kind, "left": left.plan, "right": right.plan})
        if kind in ("semi", "anti"):
            no = "NOT " if kind == "anti" else ""
            return left._replace(plan=plan, sql=(
                f"SELECT * FROM ({left.sql}) l WHERE {no}EXISTS "
                f"(SELECT 1 FROM ({right.sql}) r WHERE {condition})"))
        tables = f"({left.sql}) l {kind.upper()} JOIN ({right.sql}) r ON {condition}"
        if kind in ("inner", "left") and self.chance(0.4):
            return left._replace(plan=plan, sql=f"SELECT l.* FROM {tables}")
        return self.both(left, right, plan, tables)

    def both(self, left, right, plan, tables):
        """The two rows made one; a side that is missing becomes nulls on the way."""
        plan.update({"select": "both", "as": ["l", "r"]})
        columns, projections, listed, keys = {}, [], [], []
        for side, of in (("l", left), ("r", right)):
            for name, kind in of.columns.items():
                alias = self.name()
                columns[alias] = kind
                field = call("coalesce", {"field": f"{side}.{name}"}, {"value": None})
                projections.append({"type": "expr", "expr": field, "alias": alias})
                listed.append(f"{side}.{quoted(name)} AS {quoted(alias)}")
            for key in of.keys or []:
                keys.append(f"k{len(keys)}")
                listed.append(f"ifnull({side}.{key}, '~') AS {keys[-1]}")
        if left.keys is None or right.keys is None:
            keys = None
        return Relation({"op": "project", "projections": projections, "input": plan},
                        f"SELECT {', '.join(listed)} FROM {tables}", columns, keys)

    def aggregate(self, depth, top):
        of = self.relation(depth)
        columns, groups, listed, by = {}, [], [], []
        for _ in range(self.rng.choice([0, 1, 1, 1, 2])):
            alias, kind = self.name(), self.rng.choice(list(VALUES))
            expr, sql = self.scalar(of.columns, kind, self.rng.choice([0, 0, 1]))
            columns[alias] = kind
            groups.append({"expr": expr, "alias": alias})
            listed.append(f"{sql} AS {quoted(alias)}")
            by.append(f"ifnull({sql}, NULL)")  # a number alone would be the place of a column
        measures = [Measure(self, of, top) for _ in range(self.rng.randint(1, 4))]
        for measure in measures:
            columns[measure.alias] = measure.kind
            listed.append(f"{measure.sql} AS {quoted(measure.alias)}")
        plan = {"op": "aggregate", "group_by": groups, "input": of.plan,
                "aggregates": [measure.plan for measure in measures]}
        sql = f"SELECT {', '.join(listed)} FROM ({of.sql})"
        if groups:
            sql += f" GROUP BY {', '.join(by)}"
        if self.chance(0.3):
            plan["having"], having = self.truth(columns, 1)
            sql = f"SELECT * FROM ({sql}) WHERE {having}"
        return Relation(plan, sql, columns, None)

    def order(self, of):
        """order_by, and the SQL's, which goes on by the key."""
        names = self.rng.sample(list(of.columns), min(len(of.columns), self.rng.randint(0, 2)))
        if of.keys is None:
            names += [name for name in of.columns if name not in names]
        ways = [self.rng.choice(["asc", "desc"]) for _ in names]
        by = [f"{quoted(name)} {way}" for name, way in zip(names, ways)] + list(of.keys or [])
        return [{"field": name, "direction": way} for name, way in zip(names, ways)], ", ".join(by)

    def distinct(self, depth):
        of = self.relation(depth)
        listed = ", ".join(map(quoted, of.columns))
        plan = {"op": "distinct", "input": of.plan}
        if self.chance(0.5):
            return Relation(plan, f"SELECT DISTINCT {listed} FROM ({of.sql})", of.columns, None)
        plan["on"] = [self.rng.choice(list(of.columns))]
        plan["order_by"], by = self.order(of)
        window = f"row_number() OVER (PARTITION BY {quoted(plan['on'][0])} ORDER BY {by})"
        return Relation(plan, f"SELECT {listed} FROM (SELECT *, {window} AS place FROM ({of.sql})) "
                              "WHERE place = 1", of.columns, None)

    def limit(self, depth):
        of = self.relation(depth)
        order, by = self.order(of)
        plan = {"op": "limit", "limit": self.rng.randint(0, 4), "order_by": order, "input": of.plan,
                "offset": self.rng.choice([0, 0, 1, 2])}
        partition = ""
        if self.chance(0.3):
            plan["partition_by"] = [self.rng.choice(list(of.columns))]
            partition = f"PARTITION BY {quoted(plan['partition_by'][0])} "
        first, last = plan["offset"] + 1, plan["offset"] + plan["limit"]
        listed = ", ".join([*map(quoted, of.columns), *(of.keys or [])])
        return of._replace(plan=plan, sql=(
            f"SELECT {listed} FROM (SELECT *, row_number() OVER ({partition}ORDER BY {by}) AS place "
            f"FROM ({of.sql})) WHERE place BETWEEN {first} AND {last}"))

    def set(self, depth):
        """From the left; where SQLite has no ALL, the copies of a row are numbered."""
        columns = {self.name(): self.rng.choice(list(VALUES))
                   for _ in range(self.rng.randint(1, 2))}
        inputs = [self.project(self.rng.randint(0, depth), columns)
                  for _ in range(self.rng.choice([2, 2, 3]))]
        which, every = self.rng.choice(["union", "except", "intersect"]), self.chance(0.5)
        listed = ", ".join(map(quoted, columns))
        number = f", row_number() OVER (PARTITION BY {listed})" if every and which != "union" else ""
        word = "UNION ALL" if every and which == "union" else which.upper()
        sql = inputs[0].sql
        for of in inputs[1:]:
            sql = (f"SELECT {listed} FROM (SELECT {listed}{number} FROM ({sql}) {word} "
                   f"SELECT {listed}{number} FROM ({of.sql}))")
        return Relation({"op": which, "all": every, "inputs": [of.plan for of in inputs]}, sql,
                        columns, None)
