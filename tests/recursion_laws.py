#!/usr/bin/env python3
"""Recursion over random graphs that gain and lose edges, cycles included: after every step each view
equals a search of the graph as it is, and the command's own recomputation (--verify).

usage: recursion_laws.py SSP [FIRST [SEEDS]]
"""
import json
import random
import subprocess
import sys
import tempfile

SCAN = {"op": "scan", "table": "edges"}


def recurse(name, key):
    """recurse joined with the edges that begin where it ends."""
    return {"op": "join", "select": "both", "as": ["r", "e"],
            "on": {"left_field": key, "right_field": "a"},
            "left": {"op": "recurse", "name": name}, "right": SCAN}


def fields(source, **paths):
    return {"op": "project", "input": source,
            "projections": [{"type": "field", "field": p, "alias": a} for a, p in paths.items()]}


REACH = {"op": "fixpoint", "name": "r",
         "base": fields({"op": "scan", "table": "start"}, node="node"),
         "step": fields(recurse("r", "node"), node="e.b")}
PAIRS = {"op": "fixpoint", "name": "p", "base": fields(SCAN, a="a", b="b"),
         "step": fields(recurse("p", "b"), a="r.a", b="e.b")}
# The same in half as many rounds: ways are joined with ways.
WAYS = {"op": "fixpoint", "name": "p", "base": fields(SCAN, a="a", b="b"),
        "step": fields({"op": "join", "select": "both", "as": ["r", "e"],
                        "on": {"left_field": "b", "right_field": "a"},
                        "left": {"op": "recurse", "name": "p"},
                        "right": {"op": "recurse", "name": "p"}}, a="r.a", b="e.b")}
# Edges as lists of nodes: what is reached through arrays, taken apart in the step.
LISTS = {"op": "fixpoint", "name": "l",
         "base": fields({"op": "scan", "table": "start"}, node="node"),
         "step": fields({"op": "unnest", "field": "e.list", "alias": "next", "input": {
             "op": "join", "select": "both", "as": ["r", "e"],
             "on": {"left_field": "node", "right_field": "a"},
             "left": {"op": "recurse", "name": "l"},
             "right": {"op": "aggregate", "group_by": ["a"], "input": SCAN, "aggregates": [
                 {"func": "array_agg", "field": "b", "alias": "list"}]}}}, node="next")}
# What is reached without entering a closed node, from a start that may be closed itself.
OPEN = {"op": "fixpoint", "name": "o",
        "base": fields({"op": "scan", "table": "start"}, node="node"),
        "step": fields({"op": "join", "kind": "anti", "left": recurse("o", "node"),
                        "right": {"op": "scan", "table": "closed"},
                        "on": {"left_field": "e.b", "right_field": "node"}}, node="e.b")}
# Shortest ways: rows of a node and its number of hops, bounded; and the least of each node.
HOPS = {"op": "aggregate", "group_by": ["node"],
        "aggregates": [{"func": "min", "field": "hops", "alias": "hops"}],
        "input": {"op": "fixpoint", "name": "h",
                  "base": {"op": "project", "input": {"op": "scan", "table": "start"}, "projections": [
                      {"type": "field", "field": "node"},
                      {"type": "expr", "expr": {"value": 0}, "alias": "hops"}]},
                  "step": {"op": "project", "projections": [
                      {"type": "field", "field": "e.b", "alias": "node"},
                      {"type": "expr", "alias": "hops",
                       "expr": {"call": "add", "args": [{"field": "r.hops"}, 1]}}],
                      "input": {"op": "filter",
                                "predicate": {"type": "lt", "field": "r.hops", "value": 5},
                                "input": recurse("h", "node")}}}}
# A bill of materials: how many of each part are in a whole, over all ways (the graph is cut into
# layers, so that it has no cycles): the sum over paths is an aggregate over the set of paths.
PATHS = {"op": "fixpoint", "name": "w",
         "base": {"op": "project", "input": SCAN, "projections": [
             {"type": "field", "field": "a"}, {"type": "field", "field": "b"},
             {"type": "field", "field": "n"},
             {"type": "expr", "alias": "way",
              "expr": {"call": "array", "args": [{"field": "id"}]}}]},
         "step": {"op": "project", "input": {"op": "filter", "input": recurse("w", "b"), "predicate":
                  {"type": "lt", "field": "r.b", "value": {"field": "e.b"}}}, "projections": [
             {"type": "field", "field": "r.a", "alias": "a"},
             {"type": "field", "field": "e.b", "alias": "b"},
             {"type": "expr", "alias": "n",
              "expr": {"call": "mul", "args": [{"field": "r.n"}, {"field": "e.n"}]}},
             {"type": "expr", "alias": "way",
              "expr": {"call": "array", "args": [{"field": "r.way"}, {"field": "e.id"}]}}]}}
PARTS = {"op": "aggregate", "group_by": ["a", "b"], "input": PATHS,
         "aggregates": [{"func": "sum", "field": "n", "alias": "n"}]}
VIEWS = {"reach": REACH, "lists": LISTS, "open": OPEN, "pairs": PAIRS, "ways": WAYS, "hops": HOPS,
         "parts": PARTS}


def search(edges, starts, closed):
    """What the views should have, from the graph alone."""
    out = {}
    for a, b, _ in edges.values():
        out.setdefault(a, set()).add(b)

    def reached(nodes, without=()):
        seen, todo = set(nodes), list(nodes)
        while todo:
            for b in out.get(todo.pop(), ()):
                if b not in seen and b not in without:
                    seen.add(b)
                    todo.append(b)
        return seen

    hops, front = {}, set(starts.values())
    for n in range(6):
        for node in front:
            hops.setdefault(node, n)
        front = {b for a in front for b in out.get(a, ())}
    parts, ways = {}, [(a, b, n) for a, b, n in edges.values()]
    while ways:
        for a, b, n in ways:
            parts[a, b] = parts.get((a, b), 0) + n
        ways = [(a, d, n * m) for a, b, n in ways for c, d, m in edges.values() if c == b and b < d]
    reach = {json.dumps({"node": n}) for n in reached(starts.values())}
    pairs = {json.dumps({"a": a, "b": b}) for a in out for b in reached(out[a])}
    return {
        "reach": reach,
        "lists": reach,
        "open": {json.dumps({"node": n}) for n in reached(starts.values(), closed.values())},
        "pairs": pairs,
        "ways": pairs,
        "hops": {json.dumps({"node": n, "hops": h}) for n, h in hops.items()},
        "parts": {json.dumps({"a": a, "b": b, "n": n}) for (a, b), n in parts.items()},
    }


def history(rng):
    """Lines, and after each that ends a step the graph."""
    nodes, edges, starts, closed, lines, graphs = rng.randint(2, 6), {}, {}, {}, [], []
    for _ in range(rng.randint(5, 40)):
        table, key = rng.choice(["edges"] * 6 + ["start", "closed"]), rng.randint(1, 12)
        rows = {"edges": edges, "start": starts, "closed": closed}[table]
        line = {"table": table, "op": "delete", "id": key}
        if key not in rows or rng.random() < 0.5:
            record = {"id": key, "a": rng.randint(1, nodes), "b": rng.randint(1, nodes),
                      "n": rng.randint(1, 3)}
            if table != "edges":
                record = {"node": rng.randint(1, nodes)}
            line.update(op="update", record=record)
            rows[key] = (record["a"], record["b"], record["n"]) if rows is edges else record["node"]
        else:
            del rows[key]
        lines.append(line)
        graphs.append(search(edges, starts, closed))
    return lines, graphs


def run(ssp, seed):
    rng = random.Random(seed)
    lines, graphs = history(rng)
    batch = rng.choice([1, 1, 2, 5])
    plan = [{"id": name, "root": root, "semantics": rng.choice(["membership", "multiset"])}
            for name, root in VIEWS.items()]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(plan, file)
        file.flush()
        result = subprocess.run([ssp, "--seq", "--verify", f"--batch={batch}", file.name],
                                input="".join(json.dumps(line) + "\n" for line in lines),
                                capture_output=True, text=True, check=False)
    updates = [json.loads(line) for line in result.stdout.splitlines()]
    contents = {name: {} for name in VIEWS}
    wrong = result.stderr
    for step in range(1, (len(lines) + batch - 1) // batch + 1):
        for update in updates:
            if update["seq"] != step:
                continue
            content = contents[update["view_id"]]
            for record in update["records"]:
                content.pop(json.dumps(record["id"]), None)
                if record["event"] != "deleted":
                    content[json.dumps(record["id"])] = json.dumps(record["record"])
        graph = graphs[min(step * batch, len(lines)) - 1]
        for name in VIEWS:
            if not wrong and set(contents[name].values()) != graph[name]:
                wrong = (f"{name} after step {step}:\n  {sorted(contents[name].values())}\n"
                         f"  {sorted(graph[name])}")
    if wrong or result.returncode:
        print(f"seed {seed}, batch {batch}, exit {result.returncode}: {wrong}\nplan {json.dumps(plan)}")
        for line in lines:
            print(json.dumps(line))
        return False
    return True


def main():
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    for seed in range(first, first + count):
        if not run(sys.argv[1], seed):
            return 1
    print(f"{count} graphs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
