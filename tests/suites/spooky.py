#!/usr/bin/env python3
"""The Spooky Stream Processor's own test cases, run against ssp.

    spooky.py SSP FOLDER [--only-core]

FOLDER holds cases.jsonl, one case a line. Each case is one run of ssp: its views are the plan, its
initial mutations are loaded, each of its steps is one transaction in the log. An expectation asks
for snapshots of the views. After every step the log asks for a snapshot of an empty view, the
marker, so that the output can be cut into what each step wrote.

--only-core leaves out the cases that need more than scan, filter (without exists), project (all
and fields), join and limit. The exit status is 1 if a case fails.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

# Where ssp differs from the origin on purpose: name -> (what holds instead, why).
EXCEPTIONS = {
    "test_compute_flat_hash_empty": (
        {"hash": "0" * 32},
        "the origin's hash is made of SHA-256 and BLAKE3; ssp's is a sum, zero for an empty view"),
    "UPDATE of a missing record does not add it": (
        {"members": ["user:ghost"]},
        "an update of a missing record creates it"),
    "self_referencing_subquery_detects_changes": (
        {"events": [["created", "thread:child"]], "events_exact": True},
        "a subquery adds no field to its row, so a new child is no update of the parent"),
}

MARKER = {"id": "marker", "root": {"op": "scan", "table": "marker"}, "format": "flat"}
MARK = {"op": "snapshot", "view_id": MARKER["id"]}

# Copies of a case's first view, kept beside it for expectations its own snapshot cannot answer.
COPIES = {
    "rows": ({"format": "flat", "emit": "rows"}, {"records"}),
    "weights": ({"format": "flat", "semantics": "multiset"}, {"weight"}),
    "tree": ({"format": "tree"}, {"root_members", "subquery_items"}),  # with subqueries only
}

CORE_OPERATORS = {"scan", "filter", "project", "join", "limit"}
CORE_PROJECTIONS = {"all", "field"}


class Failure(Exception):
    pass


def nodes(plan):
    """Every object inside a plan, itself included."""
    if isinstance(plan, dict):
        yield plan
        for value in plan.values():
            yield from nodes(value)
    elif isinstance(plan, list):
        for value in plan:
            yield from nodes(value)


def beyond_core(case):
    """Why a case is not one of --only-core, or None."""
    for node in nodes([view["root"] for view in case["views"]]):
        if "op" in node and node["op"] not in CORE_OPERATORS:
            return f"operator {node['op']}"
        for projection in node.get("projections", []):
            if projection["type"] not in CORE_PROJECTIONS:
                return f"projection {projection['type']}"
        if node.get("type") == "exists":
            return "predicate exists"
    return None


def adapted(case, notes):
    """The case as ssp takes it: its exception applied, null records made empty ones."""
    instead, reason = EXCEPTIONS.get(case["name"], ({}, None))
    if reason:
        notes[f"exception: {reason}"].append(case["name"])
    batches = [step["mutations"] for step in case["steps"] if "mutations" in step]
    for mutation in sum(batches, case["initial"]):
        if mutation["op"] != "delete" and mutation["record"] is None:
            mutation["record"] = {}
            notes["a record that is null (a bad line) is {} instead"].append(case["name"])
    for view in case["views"]:
        view.pop("sql", None)  # the text the origin made the plan from
    for step in case["steps"]:
        if "checkpoint_restore" in step:
            notes["checkpoint_restore is ignored: ssp saves no state"].append(case["name"])
        if "expect" in step and step["expect"].keys() & instead.keys():
            step["expect"].update(instead)
    return case


def reordered(case):
    """The same case with the mutations of each step in the reverse order."""
    steps = [{key: value[::-1] if key == "mutations" else value for key, value in step.items()}
             for step in case["steps"]]
    return {**case, "initial": case["initial"][::-1], "steps": steps}


def copies(case):
    """The copies that the case's expectations ask for, by their view ids."""
    view = case["views"][0]
    asked = {key for step in case["steps"] for key in step.get("expect", {})}
    nested = any(node.get("type") == "subquery" for node in nodes(view["root"]))
    if case["semantics"] == "head" and "members" in asked:
        asked.add("root_members")
    return {kind: {**view, **changes, "id": kind} for kind, (changes, answers) in COPIES.items()
            if asked & answers and (nested or kind != "tree")}


def log_of(case, extra):
    """The control and mutation lines of the case, a mark after each step."""
    views = {view["id"]: view for view in case["views"]}
    live = list(views)
    yield MARK
    for step in case["steps"]:
        if "mutations" in step:
            yield from [{"op": "begin"}, *step["mutations"], {"op": "commit"}]
        elif "register" in step:
            live.append(step["register"])
            yield {"op": "register", "view": views[step["register"]]}
        elif "unregister" in step:
            live.remove(step["unregister"])
            yield {"op": "unregister", "view_id": step["unregister"]}
        elif "expect" in step:
            for view_id in live + list(extra):
                yield {"op": "snapshot", "view_id": view_id}
        elif "checkpoint_restore" not in step:
            raise Failure(f"unknown step {step}")
        yield MARK


def ndjson(objects):
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in objects)


def run(ssp, case):
    """Runs ssp over the case; returns the lines it wrote before each mark."""
    extra = copies(case)
    with tempfile.TemporaryDirectory() as folder:
        plan, load = pathlib.Path(folder, "plan.json"), pathlib.Path(folder, "load.ndjson")
        plan.write_text(json.dumps([*case["views"], *extra.values(), MARKER]), encoding="utf-8")
        load.write_text(ndjson(case["initial"]), encoding="utf-8")
        done = subprocess.run([ssp, "--initial", f"--load={load}", str(plan)], timeout=60,
                              input=ndjson(log_of(case, extra)).encode(), capture_output=True,
                              check=False)
    if done.returncode != 0:
        raise Failure(f"exit status {done.returncode}: {done.stderr.decode(errors='replace')}")
    parts = [[]]
    for line in map(json.loads, done.stdout.splitlines()):
        if line["view_id"] != MARKER["id"]:
            parts[-1].append(line)
        elif line.get("snapshot"):
            parts.append([])
    if len(parts) != len(case["steps"]) + 2 or parts[-1]:
        raise Failure(f"{len(parts) - 1} marks in the output, {len(case['steps']) + 1} in the log")
    return parts[:-1]


def keys(snapshot):
    return sorted(record if isinstance(record, str) else record["id"]
                  for record in snapshot["records"])


def children(records, parent=None, alias=None):
    """[alias, key, parent's key] of every row of a tree that is not at its root."""
    for record in records:
        if parent is not None:
            yield [alias, record["id"], parent]
        for name, rows in record.get("children", {}).items():
            rows = [] if rows is None else rows if isinstance(rows, list) else [rows]
            yield from children(rows, record["id"], name)


class Moment:
    """What ssp has said when an expectation is looked at."""

    def __init__(self, case, changes, snapshots, last_hash=None, other_hash=None):
        own = {view["id"] for view in case["views"]}
        self.changes = [line for line in changes if line["view_id"] in own]
        self.snapshots = {line["view_id"]: line for line in snapshots}
        self.first = case["views"][0]["id"]
        self.head = case["semantics"] == "head"
        self.last_hash, self.other_hash = last_hash, other_hash

    def hash(self):
        return self.snapshots.get(self.first, {}).get("result_hash")

    def members(self, view_id=None):
        if self.head and not view_id:
            return self.root_members()
        return keys(self.snapshots[view_id or self.first])

    def root_members(self):
        return keys(self.snapshots["tree" if "tree" in self.snapshots else self.first])

    def events(self):
        return sorted([record["event"], record["id"]]
                      for line in self.changes if line["view_id"] == self.first
                      for record in line["records"] if "event" in record)

    def compare(self, key, wanted, expect):
        """What is expected and what was got, in the same form."""
        if key == "members":
            return sorted(wanted), self.members()
        if key == "root_members":
            return sorted(wanted), self.root_members()
        if key == "view_members":
            return wanted, {view_id: self.members(view_id) for view_id in wanted}
        if key == "member_count":
            return wanted, len(self.members())
        if key in ("contains", "not_contains"):
            found = [record for record in wanted if record in self.members()]
            return wanted if key == "contains" else [], found
        if key == "events" and expect.get("events_exact"):
            return sorted(wanted), self.events()
        if key in ("events", "no_events"):
            found = [event for event in wanted if event in self.events()]
            return wanted if key == "events" else [], found
        if key == "events_exact":
            return True, "events" in expect
        if key == "updated_views":
            return sorted(wanted), sorted(line["view_id"] for line in self.changes)
        if key == "updates_emitted":
            return wanted, len(self.changes)
        if key == "updates_emitted_min":
            return wanted, min(wanted, len(self.changes))
        if key in ("records", "weight"):
            copy, field = ("rows", "record") if key == "records" else ("weights", "weight")
            held = {record["id"]: record[field] for record in self.snapshots[copy]["records"]}
            return wanted, {record: held.get(record) for record in wanted}
        if key == "subquery_items":
            return sorted(wanted), sorted(children(self.snapshots["tree"]["records"]))
        if key.startswith("hash") and not self.hash():
            raise Failure("no result_hash in the snapshot")
        if key == "hash_same_as":
            known = {"before checkpoint": self.last_hash, "any insertion order": self.other_hash}
            return known[wanted], self.hash()
        if key == "hash":
            return wanted, self.hash()
        if key == "hash_changed":
            return wanted, self.hash() != self.last_hash
        raise Failure(f"unknown expectation {key}: {wanted}")


def check(ssp, case):
    """Runs a case; a Failure says what did not hold."""
    wrong = []
    parts = run(ssp, case)
    changes, last_hash, other_hash = parts[0], None, None
    if any(step.get("expect", {}).get("hash_same_as") == "any insertion order"
           for step in case["steps"]):
        other_hash = Moment(case, [], run(ssp, reordered(case))[-1]).hash()
    for number, (step, part) in enumerate(zip(case["steps"], parts[1:]), 1):
        changes = part if "mutations" in step else changes
        moment = Moment(case, changes, part, last_hash, other_hash)
        last_hash = moment.hash() if "expect" in step else last_hash
        for key, wanted in step.get("expect", {}).items():
            expected, got = moment.compare(key, wanted, step["expect"])
            if expected != got:
                wrong.append(f"step {number}, {key}\n    expected {json.dumps(expected)}\n"
                             f"    got      {json.dumps(got)}")
    if wrong:
        raise Failure("\n  ".join(wrong))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("ssp", help="the program under test")
    parser.add_argument("folder", help="where cases.jsonl is")
    parser.add_argument("--only-core", action="store_true", help="leave out what needs more")
    arguments = parser.parse_args()
    passed = failed = 0
    skipped, notes = collections.defaultdict(list), collections.defaultdict(list)
    for line in pathlib.Path(arguments.folder, "cases.jsonl").read_bytes().splitlines():
        case = json.loads(line)
        reason = beyond_core(case) if arguments.only_core else None
        if reason:
            skipped[f"skipped: {reason}"].append(case["name"])
            continue
        try:
            check(arguments.ssp, adapted(case, notes))
            passed += 1
        except (Failure, LookupError, ValueError, subprocess.TimeoutExpired) as error:
            print(f"FAIL {case['name']}\n  {error if isinstance(error, Failure) else repr(error)}")
            failed += 1
    for note, names in {**notes, **skipped}.items():
        print(f"{note} ({len(names)}: {'; '.join(names[:4])}{'; …' if len(names) > 4 else ''})")
    print(f"{passed} passed, {failed} failed, {sum(map(len, skipped.values()))} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
