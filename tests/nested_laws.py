"""The law for nested views: random plans with subqueries and exists, random logs, every view compared
with its recomputation after every step (--verify), from a file and from a pipe, and all splits into
steps ending in the same content.

usage: nested_laws.py SSP FIRST_SEED LAST_SEED
"""
import json
import random
import subprocess
import sys
import tempfile

TABLES = ["a", "b", "c"]
FIELDS = ["x", "y", "z"]
VALUES = [0, 1, 1.0, 2, "s", "t", None, True]


class Plans:
    """Random plans; depth bounds operators and predicates, nest counts the rows around."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, p):
        return self.random.random() < p

    def outer(self, nest):
        field = self.random.choice(FIELDS + ["id"])
        return {"$param": "parent." * self.random.randint(1, nest) + field}

    def predicate(self, depth, nest):
        r = self.random
        kind = r.random()
        if nest and kind < 0.35:
            return {"type": r.choice(["eq", "eq", "eq", "neq", "lt", "gte", "is_missing"]),
                    "field": r.choice(FIELDS), "value": self.outer(nest)} if kind < 0.33 else {
                        "type": "is_null", "field": self.outer(nest)}
        if depth > 0 and kind < 0.5:
            return {"type": "exists", "plan": self.plan(depth - 1, nest + 1, False)}
        if depth > 0 and kind < 0.6:
            parts = [self.predicate(depth - 1, nest) for _ in range(r.randint(1, 2))]
            return {"type": r.choice(["and", "or"]), "predicates": parts}
        if depth > 0 and kind < 0.7:
            return {"type": "not", "predicate": self.predicate(depth - 1, nest)}
        if kind < 0.75:
            return {"type": "is_null", "field": r.choice(FIELDS)}
        return {"type": r.choice(["eq", "neq", "lt", "gte"]), "field": r.choice(FIELDS),
                "value": r.choice(VALUES)}

    def leaf(self, nest):
        scan = {"op": "scan", "table": self.random.choice(TABLES)}
        if not nest or self.chance(0.2):
            return scan
        key = {"type": "eq", "field": self.random.choice(FIELDS), "value": self.outer(1)}
        return {"op": "filter", "predicate": key, "input": scan}

    def project(self, depth, nest, children):
        r = self.random
        projections = [{"type": "all"}]
        if self.chance(0.3):
            projections = [{"type": "field", "field": f} for f in r.sample(FIELDS, 2)]
        for i in range(r.randint(0, 2) if children else 0):
            projections.append({"type": "subquery", "alias": f"s{i}", "single": self.chance(0.2),
                                "plan": self.plan(depth - 1, nest + 1, True)})
        return {"op": "project", "projections": projections,
                "input": self.plan(depth - 1, nest, children)}

    def limit(self, depth, nest, children):
        r = self.random
        order = [{"field": r.choice(FIELDS), "direction": r.choice(["asc", "desc"])}
                 for _ in range(r.randint(0, 2))]
        plan = {"op": "limit", "limit": r.randint(0, 3), "offset": r.choice([0, 0, 1]),
                "order_by": order, "input": self.plan(depth - 1, nest, children)}
        if self.chance(0.2):
            plan["partition_by"] = [r.choice(FIELDS)]
        return plan

    def join(self, depth, nest, children):
        r = self.random
        kind = r.choice(["inner", "inner", "inner", "left", "left", "right", "full", "semi",
                         "anti"])
        select = r.choice(["left", "left", "both"])
        if kind in ("right", "full"):
            select = "both"
        if kind in ("semi", "anti"):
            select = "left"
        join = {"op": "join", "kind": kind, "select": select,
                "left": self.plan(depth - 1, nest, children and select == "left"),
                "right": self.plan(depth - 1, nest, False),
                "on": {"left_field": r.choice(FIELDS), "right_field": r.choice(FIELDS)}}
        if self.chance(0.1):
            join["on"] = []
        if self.chance(0.4):
            join["where"] = self.where(nest)
        return join

    def where(self, nest):
        """Over both sides, and the enclosing rows: what an `on` of SQL may say beside its keys."""
        r = self.random
        side = {"type": r.choice(["eq", "eq", "neq", "gte"]),
                "field": r.choice(["left.", "right."]) + r.choice(FIELDS + ["id"])}
        kind = r.random()
        if nest and kind < 0.4:
            side["value"] = self.outer(nest)
        elif kind < 0.8:
            side["value"] = {"field": r.choice(["left.", "right."]) + r.choice(FIELDS + ["id"])}
        else:
            side["value"] = r.choice(VALUES)
        if self.chance(0.2):
            return {"type": r.choice(["and", "or"]), "predicates": [side, self.where(nest)]}
        return side

    def distinct(self, depth, nest):
        r = self.random
        plan = {"op": "distinct", "input": self.plan(depth - 1, nest, False)}
        if self.chance(0.5):
            plan["on"] = r.sample(FIELDS, r.randint(1, 2))
            plan["order_by"] = [{"field": r.choice(FIELDS), "direction": r.choice(["asc", "desc"])}]
        return plan

    def unnest(self, depth, nest):
        field = {"call": "array", "args": [{"field": self.random.choice(FIELDS)}, 1]}
        plan = {"op": "unnest", "field": field, "alias": self.random.choice(FIELDS),
                "input": self.plan(depth - 1, nest, False)}
        return plan

    def set(self, depth, nest):
        r = self.random
        fields = [{"type": "field", "field": f} for f in r.sample(FIELDS, r.randint(1, 2))]
        inputs = [self.plan(depth - 1 if i == 0 else r.randint(0, 1), nest, False)
                  for i in range(r.choice([2, 2, 3]))]
        if self.chance(0.7):
            inputs = [{"op": "project", "projections": fields, "input": i} for i in inputs]
        return {"op": r.choice(["union", "except", "intersect"]), "all": self.chance(0.5),
                "inputs": inputs}

    def plan(self, depth, nest, children):
        kind = self.random.random()
        if depth <= 0 or kind < 0.12:
            return self.leaf(nest)
        if kind < 0.3 and self.chance(0.5):
            return self.random.choice([self.distinct, self.set, self.unnest])(depth, nest)
        if kind < 0.4:
            return {"op": "filter", "predicate": self.predicate(depth, nest),
                    "input": self.plan(depth - 1, nest, children)}
        if kind < 0.7:
            return self.project(depth, nest, children)
        if kind < 0.85:
            return self.limit(depth, nest, children)
        return self.join(depth, nest, children)

    def view(self, name):
        return {"id": name, "root": self.plan(self.random.randint(1, 4), 0, True),
                "format": self.random.choice(["streaming", "flat", "delta", "tree", "tree"]),
                "semantics": self.random.choice(["membership", "multiset"])}

    def line(self, views):
        r = self.random
        if self.chance(0.03):
            return {"op": "snapshot", "view_id": views[0]["id"]}
        if self.chance(0.02):
            return {"op": "register", "view": {**views[0], "id": "later", "format": "tree"}}
        op = r.choice(["create", "create", "update", "delete", "patch"])
        line = {"table": r.choice(TABLES), "op": op, "id": r.randint(1, 3)}
        if op != "delete":
            line["record"] = {f: r.choice(VALUES) for f in FIELDS if self.chance(0.8)}
        return line


def fail(seed, what, views, log):
    print(f"seed {seed}: {what}", *map(json.dumps, views), log.decode(), sep="\n")
    sys.exit(1)


def run(args, log, **more):
    return subprocess.run(args, input=log, capture_output=True, timeout=120, check=False, **more)


def check(ssp, seed, folder):
    plans = Plans(seed)
    views = [plans.view("v0"), plans.view("v1")]
    if seed % 3 == 0:
        views[seed % 2]["refresh"] = 2 + seed % 5
    for view in views:
        if "is_missing" in json.dumps(view):
            view["root"] = json.loads(json.dumps(view["root"]), object_hook=without_value)
    log = b"".join(json.dumps(plans.line(views)).encode() + b"\n"
                   for _ in range(plans.random.randint(5, 60)))
    plan_file, log_file = f"{folder}/plan.json", f"{folder}/log"
    with open(plan_file, "w", encoding="utf-8") as file:
        json.dump(views, file)
    snapshots = b"".join(b'{"op":"snapshot","view_id":"v%d"}\n' % i for i in range(2))
    with open(log_file, "wb") as file:
        file.write(log + snapshots)
    ends = set()
    for batch in ("1", "3", "0"):
        done = run([ssp, "--verify", "--batch=" + batch, plan_file], log + snapshots)
        if done.returncode == 2 and b"would be written with two" in done.stderr:
            return 0
        if done.returncode != 0:
            fail(seed, f"--batch={batch}: {done.stderr.decode()}", views, log)
        from_file = run([ssp, "--batch=" + batch, plan_file, log_file], b"")
        if from_file.stdout != done.stdout:
            fail(seed, f"--batch={batch}: other updates from a file than from a pipe", views, log)
        for view, whole in last_words(done.stdout):
            fail(seed, f"--batch={batch}: {view} wrote {whole} last, but that is not its snapshot",
                 views, log)
        ends.add(tuple(x for x in done.stdout.split(b"\n") if b'"snapshot":true' in x)[-2:])
    if len({json.dumps([x.get("result_hash") for x in map(json.loads, end)]) for end in ends}) != 1:
        fail(seed, "the content depends on the batch", views, log)
    return 1


def last_words(output):
    """Views whose last whole update is not what their last snapshot says."""
    last, snapshots = {}, {}
    for line in map(json.loads, output.splitlines()):
        if line["format"] not in ("flat", "tree"):
            last.pop(line["view_id"], None)
        elif line.get("snapshot"):
            snapshots[line["view_id"]] = line["records"]
        else:
            last[line["view_id"]] = line["records"]
    return [(view, whole) for view, whole in last.items()
            if view in snapshots and snapshots[view] != whole and view != "later"]


def without_value(item):
    """is_missing takes no value."""
    if item.get("type") == "is_missing":
        item.pop("value", None)
    return item


def main():
    ssp, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        checked = sum(check(ssp, seed, folder) for seed in range(first, last))
    print(f"{checked} histories checked, {last - first - checked} plans refused as they should be")


main()
