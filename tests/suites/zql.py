#!/usr/bin/env python3
"""The queries of Zero's query generator (ZQL), run against ssp.

    zql.py SSP FOLDER

FOLDER holds cases.jsonl, one case a line, and mini.json, the tables they start from. Each case is a
query that becomes the plan of a tree view, and steps, each one transaction in the log. An
expectation is the result at that moment: rows in order, each with its lists of children. It is
compared with a snapshot of the view and with the last tree the view wrote. Every case is run twice,
the second time with --verify. The exit status is 1 if a case fails.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

# Where ssp differs from the origin on purpose: name -> (tree of every step instead, why).
EXCEPTIONS = {}

VIEW = "query"
SNAPSHOT = {"op": "snapshot", "view_id": VIEW}
ALL = 2**63 - 1  # the limit of a query that has an order and no limit

COMPARISONS = {"=": "eq", "!=": "neq", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte",
               "IS": "eq", "IS NOT": "neq", "LIKE": "like", "ILIKE": "ilike"}


class Failure(Exception):
    pass


def is_null(field):
    return {"type": "is_null", "field": field}


def negated(predicate):
    return {"type": "not", "predicate": predicate}


def all_of(predicates):
    return predicates[0] if len(predicates) == 1 else {"type": "and", "predicates": predicates}


def any_of(predicates):
    return predicates[0] if len(predicates) == 1 else {"type": "or", "predicates": predicates}


def simple(condition):
    """column OPERATOR literal; but for IS and IS NOT, true of no null on either side."""
    operator, field = condition["op"], condition["left"]["name"]
    literal = condition["right"]["value"]
    if condition["left"]["type"] != "column" or condition["right"]["type"] != "literal":
        raise Failure(f"unknown operand in {condition}")
    if operator.startswith("NOT "):
        return negated(simple({**condition, "op": operator.removeprefix("NOT ")}))
    if operator == "IN":
        return {"type": "in", "field": field, "values": [v for v in literal if v is not None]}
    if operator not in COMPARISONS:
        raise Failure(f"unknown operator {operator}")
    if operator == "IS NOT" and literal is not None:  # a null is not the literal
        return any_of([{"type": "neq", "field": field, "value": literal}, is_null(field)])
    if operator not in ("IS", "IS NOT") and literal is None:
        return any_of([])
    value = "pattern" if operator.endswith("LIKE") else "value"
    return {"type": COMPARISONS[operator], "field": field, value: literal}


def predicate_of(condition):
    kind = condition["type"]
    if kind == "simple":
        return simple(condition)
    if kind in ("and", "or"):
        inner = [predicate_of(part) for part in condition["conditions"]]
        return all_of(inner) if kind == "and" else any_of(inner)
    if kind != "correlatedSubquery":
        raise Failure(f"unknown condition {kind}")
    exists = {"type": "exists", "plan": filtered(condition["related"]["subquery"],
                                                 condition["related"]["correlation"])}
    return exists if condition["op"] == "EXISTS" else negated(exists)


def correlated(correlation):
    """What ties the rows of a subquery to the row around it; nulls tie nothing."""
    return [{"type": "eq", "field": child, "value": {"$param": f"parent.{parent}"}}
            for parent, child in zip(correlation["parentField"], correlation["childField"])]


def same(field, value):
    return is_null(field) if value is None else {"type": "eq", "field": field, "value": value}


def after(field, direction, value):
    """The field's values that come after one in an order where null is first, or None."""
    if direction == "asc":
        return negated(is_null(field)) if value is None else \
            {"type": "gt", "field": field, "value": value}
    return None if value is None else \
        any_of([{"type": "lt", "field": field, "value": value}, is_null(field)])


def started(start, order):
    """The rows from a cursor on; a column the cursor does not tell is null."""
    ways, equal = [], []
    for field, direction in order:
        value = start["row"].get(field)
        if (further := after(field, direction, value)) is not None:
            ways.append(all_of([*equal, further]))
        equal.append(same(field, value))
    return any_of(ways if start["exclusive"] else [*ways, all_of(equal)])


class Tables:
    """The rows every case starts from, and the order of the tables' rows."""

    def __init__(self, path):
        self.tables = json.loads(path.read_text(encoding="utf-8"))

    def initial(self):
        for name, table in self.tables.items():
            for row in table["rows"]:
                key = "|".join(str(row[field]) for field in table["pk"])
                yield {"table": name, "op": "create", "id": f"{name}:{key}", "record": row}

    def order(self, query):
        """The query's order, made total by the primary key."""
        order = [tuple(part) for part in query.get("orderBy", [])]
        told = {field for field, _ in order}
        return order + [(field, "asc") for field in self.tables[query["table"]]["pk"]
                        if field not in told]


def filtered(query, correlation=None, order=()):
    """A query without its order, limit and children."""
    predicates = correlated(correlation) if correlation else []
    if "where" in query:
        predicates.append(predicate_of(query["where"]))
    if "start" in query:
        predicates.append(started(query["start"], order))
    scan = {"op": "scan", "table": query["table"]}
    return {"op": "filter", "predicate": all_of(predicates), "input": scan} if predicates else scan


def plan_of(query, tables, correlation=None):
    order = tables.order(query)
    plan = filtered(query, correlation, order)
    if related := query.get("related"):
        children = [{"type": "subquery", "alias": child["subquery"]["alias"],
                     "plan": plan_of(child["subquery"], tables, child["correlation"])}
                    for child in related]
        plan = {"op": "project", "projections": [{"type": "all"}, *children], "input": plan}
    if query.keys() & {"orderBy", "limit"}:
        plan = {"op": "limit", "limit": query.get("limit", ALL), "input": plan,
                "order_by": [{"field": field, "direction": way} for field, way in order]}
    return plan


def sort(rows, order):
    for field, direction in reversed(order):  # null is first
        rows.sort(key=lambda row, by=field: () if row[by] is None else (row[by],),
                  reverse=direction == "desc")
    return rows


def rows_of(records, query, tables):
    """The records of a tree in the form of an expectation.

    A query that asks for no order has the primary key's. The rows of a hidden relationship do not
    show: their children take their place, each once, in the order of the children's own query.
    """
    rows = []
    for record in records:
        row = dict(record["record"])
        lists = record.get("children", {})
        if lists.keys() != {child["subquery"]["alias"] for child in query.get("related", [])}:
            raise Failure(f"children {sorted(lists)} of {record['id']}")
        for child in query.get("related", []):
            inner, alias = child["subquery"], child["subquery"]["alias"]
            found = rows_of(lists[alias], inner, tables)
            if child.get("hidden"):
                [shown] = [below["subquery"] for below in inner["related"]]
                every = {json.dumps(one): one for way in found for one in way[shown["alias"]]}
                found = sort(list(every.values()), tables.order(shown))
            row[alias] = found
        rows.append(row)
    return rows if query.keys() & {"orderBy", "limit"} else sort(rows, tables.order(query))


def log_of(case):
    """The mutations of the case, a transaction a step, and a snapshot for each expectation."""
    for step in case["steps"]:
        if "mutations" in step:
            yield from [{"op": "begin"}, *step["mutations"], {"op": "commit"}]
        elif "expect" in step:
            yield SNAPSHOT
        else:
            raise Failure(f"unknown step {step}")


def ndjson(objects):
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in objects)


def run(ssp, case, tables, options):
    """Runs ssp over the case; returns the last tree and the snapshot of each expectation."""
    view = {"id": VIEW, "format": "tree", "root": plan_of(case["ast"], tables)}
    with tempfile.TemporaryDirectory() as folder:
        plan, load = pathlib.Path(folder, "plan.json"), pathlib.Path(folder, "load.ndjson")
        plan.write_text(json.dumps(view), encoding="utf-8")
        load.write_text(ndjson(tables.initial()), encoding="utf-8")
        done = subprocess.run([ssp, *options, "--initial", f"--load={load}", str(plan)], timeout=60,
                              input=ndjson(log_of(case)).encode(), capture_output=True, check=False)
    if done.returncode != 0:
        raise Failure(f"exit status {done.returncode}: {done.stderr.decode(errors='replace')}")
    last, pairs = None, []
    for line in map(json.loads, done.stdout.splitlines()):
        if line.get("snapshot"):
            pairs.append((last, line))
        else:
            last = line
    return pairs


def check(ssp, case, tables, options):
    """Runs a case; a Failure says what did not hold."""
    pairs = run(ssp, case, tables, options)
    numbers = [number for number, step in enumerate(case["steps"], 1) if "expect" in step]
    if len(pairs) != len(numbers):
        raise Failure(f"{len(pairs)} snapshots, {len(numbers)} expectations")
    wrong = []
    for number, pair in zip(numbers, pairs):
        wanted = json.dumps(case["steps"][number - 1]["expect"]["tree"], sort_keys=True)
        for name, line in zip(("last tree", "snapshot"), pair):
            got = json.dumps(rows_of(line["records"], case["ast"], tables), sort_keys=True)
            if got != wanted:
                wrong.append(f"step {number}, {name}\n    expected {wanted}\n    got      {got}")
        hashes = [line["result_hash"] for line in pair]
        if hashes[0] != hashes[1]:
            wrong.append(f"step {number}, result_hash of last tree and snapshot: {hashes}")
    if wrong:
        raise Failure("\n  ".join([" ".join(["ssp", *options]), *wrong]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("ssp", help="the program under test")
    parser.add_argument("folder", help="where cases.jsonl and mini.json are")
    arguments = parser.parse_args()
    tables = Tables(pathlib.Path(arguments.folder, "mini.json"))
    passed = failed = 0
    notes = collections.defaultdict(list)
    for line in pathlib.Path(arguments.folder, "cases.jsonl").read_bytes().splitlines():
        case = json.loads(line)
        instead, reason = EXCEPTIONS.get(case["name"], (None, None))
        if reason:
            notes[f"exception: {reason}"].append(case["name"])
            for step in case["steps"]:
                if "expect" in step:
                    step["expect"]["tree"] = instead
        try:
            for options in ([], ["--verify"]):
                check(arguments.ssp, case, tables, options)
            passed += 1
        except (Failure, LookupError, TypeError, ValueError, subprocess.TimeoutExpired) as error:
            print(f"FAIL {case['name']}\n  {error if isinstance(error, Failure) else repr(error)}")
            failed += 1
    for note, names in notes.items():
        print(f"{note} ({len(names)}: {'; '.join(names[:4])}{'; …' if len(names) > 4 else ''})")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
