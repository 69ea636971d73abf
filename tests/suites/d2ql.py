#!/usr/bin/env python3
"""The queries of d2ts' own tests (D2QL), said as plans and run by ssp.

    d2ql.py SSP FOLDER

FOLDER holds cases.jsonl, one case a line. Each step of a case is one transaction; an expectation
asks for a snapshot of the view, whose rows, with their weights, must be those that are expected. A
field that is null is as one that is missing. The exit status is 1 if a case fails.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

# What no plan says, or says otherwise: what the query has -> why.
EXCEPTIONS = {
    "ORDER_INDEX fractional": "an index between two others depends on the order of arrival",
    "JSON_EXTRACT": "text is not read as JSON by an expression",
    "should handle type coercion between numbers and strings": '1 is not equal to "1"',
    "should handle object comparison with IN operator": "objects are equal by their content",
}
# What is said, and how.
KEY_BY = "keyBy: rows are compared without the key that d2ts puts before them"
DATE = "DATE: to_timestamp writes no milliseconds that are 0, and is compared with Z for .000Z"
LIKE = "like folds case in d2ts: it is ilike"
ORDER = "orderBy without limit: a bag has no order"

COMPARISONS = {"=": "eq", "!=": "neq", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
FUNCTIONS = {"UPPER": "upper", "LOWER": "lower", "LENGTH": "length", "CONCAT": "concat",
             "COALESCE": "coalesce", "DATE": "to_timestamp"}
PLACE = "place of the row"  # a field that no table has
AGGREGATES = {"SUM", "COUNT", "AVG", "MIN", "MAX"}


class Unsayable(Exception):
    pass


class Failure(Exception):
    pass


def listed(value):
    return value if isinstance(value, list) else [value]


class Query:
    """A query as a plan. sides: the path of each input's rows in a row, none for a single input."""

    def __init__(self, query, tables, notes, views=None):
        self.query, self.tables, self.notes = query, tables, notes
        self.views = dict(views or {})
        for view in query.get("with", []):
            self.views[view["as"]] = Query({**view, "as": None}, tables, notes, self.views)
        self.sides, self.fields = {}, {}

    def source(self, item):
        """The plan of an input, and its fields."""
        view = self.views.get(item["from"])
        if view:
            plan = view.plan()
            return plan, [alias for alias, _ in view.selected()]
        return {"op": "scan", "table": item["from"]}, self.tables[item["from"]]

    def path(self, column):
        """@side.field or @field as a path."""
        side, _, field = column[1:].rpartition(".")
        return [*self.sides.get(side, []), field]

    def operand(self, item):
        if isinstance(item, str) and item.startswith("@"):
            return {"field": self.path(item)}
        if isinstance(item, dict) and "col" in item:
            return {"field": [item["col"]]}
        if isinstance(item, dict) and "value" in item:
            return {"literal": item["value"]}
        if isinstance(item, dict):
            (name, arguments), = item.items()
            if name == "ORDER_INDEX" and arguments == "numeric":
                return {"call": "sub", "args": [{"field": [PLACE]}, 1]}
            if name == "ORDER_INDEX":
                raise Unsayable(f"ORDER_INDEX {arguments}")
            if name not in FUNCTIONS:
                raise Unsayable(name.removesuffix("_PATH"))
            if name == "DATE":
                self.notes.add(DATE)
            return {"call": FUNCTIONS[name], "args": list(map(self.operand, listed(arguments)))}
        return {"value": item}

    def predicate(self, where):
        """[operand, comparison, operand], or such joined by "and" and "or", from the left."""
        if isinstance(where[0], list):
            found, rest = self.predicate(where[0]), where[1:]
        else:
            found, rest = self.comparison(*where[:3]), where[3:]
        while rest:
            size = 2 if isinstance(rest[1], list) else 4
            found = {"type": rest[0], "predicates": [found, self.predicate(
                rest[1] if size == 2 else rest[1:4])]}
            rest = rest[size:]
        return found

    def comparison(self, left, how, right):
        if how.startswith(("not ", "is not")):
            positive = how.replace("not ", "").replace("is not", "is")
            return {"type": "not", "predicate": self.comparison(left, positive, right)}
        predicate = {"field": self.operand(left)}
        if how == "is":
            return {"type": "is_null", **predicate} if right is None else {
                "type": "eq", **predicate, "value": right}
        if how == "in":
            values = [{"literal": item["value"]} if isinstance(item, dict) else item
                      for item in right]
            return {"type": "in", **predicate, "values": values}
        if how == "like":
            self.notes.add(LIKE)
            return {"type": "ilike", **predicate, "pattern": right}
        return {"type": COMPARISONS[how], **predicate, "value": self.operand(right)}

    def inputs(self):
        """The rows that the query reads, its joins done."""
        query, joins = self.query, self.query.get("join", [])
        name = query.get("as") or query["from"]
        plan, self.fields[name] = self.source(query)
        self.sides[name] = []
        for number, join in enumerate(joins):
            other = join.get("as") or join["from"]
            right, self.fields[other] = self.source(join)
            if "where" in join:
                inner = Query(join, self.tables, self.notes, self.views)
                inner.sides[other] = []
                right = {"op": "filter", "input": right, "predicate": inner.predicate(join["where"])}
            left_field, sign, right_field = join["on"]
            if sign != "=":
                raise Unsayable(f"join on {sign}")
            on = {"left_field": self.path(left_field), "right_field": [right_field.rpartition(".")[2]]}
            left = name if number == 0 else "joined"
            plan = {"op": "join", "kind": join["type"], "select": "both", "as": [left, other],
                    "on": on, "left": plan, "right": right}
            self.sides = {side: [left, *path] if number else [left]
                          for side, path in self.sides.items()}
            self.sides[other] = [other]
        if "where" in query:
            plan = {"op": "filter", "input": plan, "predicate": self.predicate(query["where"])}
        return plan

    def selected(self):
        """(alias, expression) of each column; later ones of a name take the place of earlier."""
        columns = {}
        for item in self.query["select"]:
            if isinstance(item, dict):
                columns.update(item)
            elif item.endswith("*"):
                sides = [item[1:-2]] if "." in item else list(self.sides)
                for side in sides:
                    columns.update({field: f"@{side}.{field}" for field in self.fields[side]})
            else:
                columns[item[1:].rpartition(".")[2]] = item
        return list(columns.items())

    def grouped(self, plan):
        """The aggregate: the columns of groupBy, and what is selected besides."""
        aggregates = []
        for alias, item in self.selected():
            if isinstance(item, dict):
                (function, of), = item.items()
                aggregates.append({"func": function.lower(), "field": self.path(of), "alias": alias})
        groups = [{"field": self.path(column), "alias": column[1:]}
                  for column in listed(self.query["groupBy"])]
        plan = {"op": "aggregate", "group_by": groups, "aggregates": aggregates, "input": plan}
        if "having" in self.query:
            plan["having"] = self.predicate(self.query["having"])
        return plan

    def projected(self, plan):
        projections = [{"type": "expr", "expr": self.operand(item), "alias": alias}
                       for alias, item in self.selected()]
        return {"op": "project", "input": plan, "projections": projections}

    def plan(self):
        query, plan = self.query, self.inputs()
        if "groupBy" in query:
            return self.grouped(plan)
        if "having" in query:
            plan = {"op": "filter", "input": plan, "predicate": self.predicate(query["having"])}
        order = [{"field": self.path(column)} for column in listed(query.get("orderBy", []))]
        if any({"ORDER_INDEX": "numeric"} == item for _, item in self.selected()):
            plan = {"op": "window", "order_by": order, "input": plan,
                    "functions": [{"func": "row_number", "alias": PLACE}]}
        if "limit" in query:
            plan = {"op": "limit", "limit": query["limit"], "offset": query.get("offset", 0),
                    "order_by": order, "input": plan}
        elif "orderBy" in query:
            self.notes.add(ORDER)
        if "keyBy" in query:
            self.notes.add(KEY_BY)
        return self.projected(plan)


def tables_of(case):
    """The fields of each table's records, in the order in which they come."""
    tables = collections.defaultdict(dict)
    for step in case["steps"]:
        for mutation in step.get("mutations", []):
            tables[mutation["table"]].update(dict.fromkeys(mutation.get("record") or {}))
    return {table: list(fields) for table, fields in tables.items()}


def plain(row):
    """A row for comparison."""
    fields = {name: value for name, value in row.items() if value is not None}
    return json.dumps(fields, sort_keys=True).replace('T00:00:00.000Z"', 'T00:00:00Z"')


def run(ssp, case, root):
    """The rows of the view whenever they are expected."""
    view = {"id": "v", "root": root, "format": "flat", "emit": "rows", "semantics": "multiset"}
    log = []
    for step in case["steps"]:
        if "mutations" in step:
            log += [{"op": "begin"}, *step["mutations"], {"op": "commit"}]
        else:
            log.append({"op": "snapshot", "view_id": "v"})
    with tempfile.TemporaryDirectory() as folder:
        plan = pathlib.Path(folder, "plan.json")
        plan.write_text(json.dumps(view), encoding="utf-8")
        done = subprocess.run([ssp, "--verify", str(plan)], capture_output=True, timeout=60,
                              input="\n".join(map(json.dumps, log)).encode(), check=False)
    if done.returncode != 0:
        raise Failure(f"exit status {done.returncode}: {done.stderr.decode()}\n  {view}")
    for line in map(json.loads, done.stdout.splitlines()):
        if line.get("snapshot"):
            rows = collections.Counter()
            for record in line["records"]:
                rows[plain(record["record"])] += record["weight"]
            yield rows


def check(ssp, case, notes):
    if case["name"].rpartition(" > ")[2] in EXCEPTIONS:
        raise Unsayable(case["name"].rpartition(" > ")[2])
    root = Query(case["query"], tables_of(case), notes).plan()
    wanted = [step["expect"]["multiset"] for step in case["steps"] if "expect" in step]
    found = list(run(ssp, case, root))
    if len(found) != len(wanted):
        raise Failure(f"{len(found)} snapshots, {len(wanted)} expected")
    for number, (have, rows) in enumerate(zip(found, wanted), 1):
        want = collections.Counter()
        for row, weight in rows:
            want[plain(row[1] if "keyBy" in case["query"] else row)] += weight
        if have != want:
            raise Failure(f"expectation {number}\n    expected {dict(want)}\n    got      {dict(have)}"
                          f"\n    plan     {json.dumps(root)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("ssp", help="the program under test")
    parser.add_argument("folder", help="where cases.jsonl is")
    arguments = parser.parse_args()
    passed = failed = 0
    noted, skipped = collections.Counter(), collections.Counter()
    for line in pathlib.Path(arguments.folder, "cases.jsonl").read_bytes().splitlines():
        case, notes = json.loads(line), set()
        try:
            check(arguments.ssp, case, notes)
            passed += 1
            noted.update(notes)
        except Unsayable as what:
            skipped[str(what)] += 1
        except (Failure, LookupError, ValueError, subprocess.TimeoutExpired) as error:
            print(f"FAIL {case['name']}\n  {error if isinstance(error, Failure) else repr(error)}")
            failed += 1
    for note, count in noted.items():
        print(f"said otherwise: {note} ({count})")
    for what, count in skipped.items():
        print(f"exception: {what}: {EXCEPTIONS[what]} ({count})")
    print(f"{passed} passed, {failed} failed, {skipped.total()} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
