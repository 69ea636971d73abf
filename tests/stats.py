"""Statistics, traces, profiles and progress: what of them is exact exactly, of the rest what must hold.

usage: stats.py SSP SOURCE_DIR
"""
import collections
import itertools
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

SSP = os.path.abspath(sys.argv[1])
SOURCE = os.path.abspath(sys.argv[2])
SHOP = f"{SOURCE}/testdata/shop/log.ndjson"
PLANS = [f"{SOURCE}/plans/{name}.json"
         for name in ("shop-customers-orders", "shop-orders", "shop-tables", "shop-top")]
TIMEOUT = 60
INEXACT = ("run", "step_latency", "work", "state_bytes", "top_by_time")
SCAN = {"op": "scan", "table": "t"}
KIDS = {"op": "filter", "input": {"op": "scan", "table": "u"},
        "predicate": {"type": "eq", "field": "a", "value": {"$param": "parent.u"}}}
TREE = {"op": "project", "input": SCAN,
        "projections": [{"type": "all"}, {"type": "subquery", "alias": "k", "plan": KIDS}]}


def line(table, op, i, record=None, **more):
    more = more if record is None else {"record": record, **more}
    return json.dumps({"table": table, "op": op, "id": i, **more}) + "\n"


def run(*args, log="", status=0):
    done = subprocess.run([SSP, *args], input=log.encode(), capture_output=True, timeout=TIMEOUT,
                          check=False)
    assert status is None or done.returncode == status, (done.returncode, done.stderr.decode())
    return done.stdout.decode(), done.stderr.decode()


def plan(*views):
    with open("plan.json", "w", encoding="utf-8") as file:
        json.dump([{"id": f"v{i}", **view} for i, view in enumerate(views)], file)
    return "plan.json"


def stats(*args, log="", status=0):
    """The report at the end, and the updates."""
    out, err = run("--stats=stats.json", *args, log=log, status=status)
    with open("stats.json", encoding="utf-8") as file:
        lines = file.read().split("\n")[:-1]
    assert len(lines) == 1, lines
    return json.loads(lines[0]), out, err


def without_times(value):
    """What is exact."""
    if isinstance(value, dict):
        return {k: without_times(v) for k, v in value.items()
                if not k.endswith("_us") and k not in INEXACT}
    return [without_times(v) for v in value] if isinstance(value, list) else value


def members(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            if key != "arguments":
                yield from members(inner)
    if isinstance(value, list):
        for inner in value:
            yield from members(inner)


SMALL = (line("t", "create", 1, {"u": 1}) + line("u", "create", 1, {"a": 1, "b": 1})
         + line("u", "create", 2, {"a": 1, "b": 1}) + line("x", "create", 1, {})
         + line("t", "create", 1, {"u": 1}) + line("t", "update", 2, {"u": 2})
         + line("t", "delete", 9) + line("u", "delete", 2))


def test_every_count_of_a_small_log():
    join = {"op": "join", "left": SCAN, "right": {"op": "scan", "table": "u"},
            "on": {"left_field": "u", "right_field": "a"}}
    top = {"op": "limit", "limit": 1, "input": SCAN,
           "order_by": [{"field": "u", "direction": "desc"}]}
    got, out, _ = stats(plan({"root": join, "semantics": "multiset", "format": "delta"},
                             {"root": top, "format": "flat"}), log=SMALL)
    on = {"kind": "inner", "on": [{"left_field": "u", "right_field": "a"}], "select": "left"}
    order = {"limit": 1, "offset": 0, "order_by": [{"field": "u", "direction": "desc"}]}
    steps = [(6, "t:2", 3), (1, "t:1", 2), (2, "u:1", 2), (3, "u:2", 2), (8, "u:2", 2)]
    assert without_times(got) == {
        "input": {"lines": 8, "bytes": len(SMALL), "rejected": 0},
        "mutations": {"received": 8, "changes": 6, "unchanged": 1, "stale": 0, "late": 0, "too_late": 0,
                      "create_existing": 1, "update_missing": 1, "delete_missing": 1},
        "steps": {"made": 8, "tables_touched": 3, "views_updated": 2, "full_recomputations": 0},
        "output": {"updates": 5, "records": 5, "bytes": len(out)},
        "circuit": {"views": 2, "operators": 4, "shared": 1, "shared_hits": 1, "runs": 12,
                    "runs_saved": 2, "rows_in": 7, "rows_out": 11, "state_rows": 5},
        "tables": [{"table": "t", "records": 2, "changes": 2, "too_late": 0},
                   {"table": "u", "records": 1, "changes": 3, "too_late": 0},
                   {"table": "x", "records": 1, "changes": 1, "too_late": 0}],
        "views": [{"view_id": "v0", "format": "delta", "node": 3, "updates": 3, "records": 3,
                   "full_recomputations": 0},
                  {"view_id": "v1", "format": "flat", "node": 4, "updates": 2, "records": 2,
                   "full_recomputations": 0}],
        "operators": [
            {"node": 1, "op": "scan", "inputs": [], "users": 2, "runs": 2, "rows_in": 0,
             "rows_out": 2, "state_rows": 0, "arguments": {"table": "t"}},
            {"node": 2, "op": "scan", "inputs": [], "users": 1, "runs": 3, "rows_in": 0,
             "rows_out": 3, "state_rows": 0, "arguments": {"table": "u"}},
            {"node": 3, "op": "join", "inputs": [1, 2], "users": 1, "runs": 5, "rows_in": 5,
             "rows_out": 3, "state_rows": 3, "arguments": on},
            {"node": 4, "op": "limit", "inputs": [1], "users": 1, "runs": 2, "rows_in": 2,
             "rows_out": 3, "state_rows": 2, "arguments": order}],
        "top_by_rows": [{"step": n, "source": "<stdin>", "line": n, "id": i, "mutations": 1,
                         "rows": rows, "updates": 1} for n, i, rows in steps],
    }


def test_threads_change_no_count():
    with open(SHOP, encoding="utf-8") as file:
        lines = file.readlines()
    again = [x.replace('"create"', '"update"') for x in lines]
    log = "".join(lines + again + lines[::-1] + ['{"op":"snapshot","view_id":"seldom"}\n'] + again)
    seldom = plan({"id": "seldom", "refresh": 5, "format": "delta", "root": {
        "op": "aggregate", "input": {"op": "scan", "table": "orders"}, "group_by": ["customer_id"],
        "aggregates": [{"func": "count"}, {"func": "sum", "field": "total"}]}})
    for name, batch in itertools.product(PLANS, ("1", "7", "2000")):
        args = ["--on-error=skip", "-q", "--seq", "--batch", batch, "-p", name, "-p", seldom]
        one, out, _ = stats(*args, log=log, status=None)
        for threads in ("2", "4"):
            other, same, _ = stats("--threads", threads, *args, log=log, status=None)
            assert out == same and without_times(one) == without_times(other)
            check_operators(other)
            assert other["step_latency"]["count"] == one["steps"]["made"] or batch == "1"
            assert other["circuit"]["time_us"] > 0


def spelled(field, way):
    """A plan, written in two ways."""
    scan = {"op": "scan", "table": "t"}
    predicates = [{"type": "eq", "field": "s", "value": "a"}, {"type": "lt", "field": "u", "value": 9}]
    if way == 0:
        kids = {"op": "filter", "input": {"op": "scan", "table": "u"},
                "predicate": {"type": "and", "predicates": predicates}}
        return {"op": "limit", "limit": 3, "order_by": [{"field": field}], "input": {
            "op": "join", "left": scan, "right": kids, "on": {"left_field": "u", "right_field": "a"}}}
    predicates[1] = {"value": {"$param": "nine"}, "type": "lt", "field": {"field": ["u"]}}
    kids = {"predicate": {"predicates": predicates[::-1], "type": "and"}, "op": "filter",
            "input": {"table": "u", "op": "scan"}}
    return {"order_by": [{"direction": "asc", "field": field.split(".")}], "offset": 0, "input": {
        "kind": "inner", "select": "left", "on": [{"right_field": ["a"], "left_field": "u"}],
        "right": kids, "left": scan, "op": "join"}, "limit": 3, "op": "limit"}


def test_equal_plans_are_one_operator_however_they_are_written():
    one, _, _ = stats(plan({"root": spelled("a.b", 0)}), log=SMALL)
    two, _, _ = stats(plan({"root": spelled("a.b", 0)},
                           {"root": spelled("a.b", 1), "params": {"nine": 9.0}}), log=SMALL)
    assert two["circuit"]["shared_hits"] == one["circuit"]["operators"] == 6
    for name in ("operators", "state_rows", "state_bytes", "runs", "rows_out", "work"):
        assert two["circuit"][name] == one["circuit"][name], name
    assert [x["node"] for x in two["views"]] == [6, 6]
    assert (one["circuit"]["shared"], two["circuit"]["shared"]) == (0, 1)  # what all share is under it
    assert two["circuit"]["runs_saved"] == two["operators"][-1]["runs"]
    other, _, _ = stats(plan({"root": spelled("a.b", 0)}, {"root": spelled("a.c", 0)}), log=SMALL)
    assert (other["circuit"]["operators"], other["circuit"]["shared_hits"]) == (7, 5)


def test_a_view_that_comes_late_takes_over_the_state_that_is_there():
    join = {"op": "join", "left": SCAN, "right": {"op": "scan", "table": "u"},
            "on": {"left_field": "u", "right_field": "a"}, "select": "both"}
    top = {"op": "limit", "limit": 1, "input": join, "order_by": [{"field": "left.u"}]}
    late = "".join(json.dumps({"op": "register", "view": {"id": x, "root": y}}) + "\n"
                   for x, y in (("same", join), ("more", top)))
    log = SMALL + "{after}" + line("u", "create", 3, {"a": 1}) + line("t", "delete", 2)
    without, _, _ = stats(plan({"root": join}), log=log.replace("{after}", ""))
    got, out, _ = stats(plan({"root": join}), log=log.replace("{after}", late))
    assert got["circuit"]["operators"] == without["circuit"]["operators"] + 1  # the limit
    assert got["circuit"]["shared_hits"] == 3 + 3  # two scans and the join, for each
    assert got["operators"][:3] == [
        {**x, "users": y, "time_us": z["time_us"], "work": z["work"]}
        for x, y, z in zip(without["operators"], (1, 1, 3), got["operators"])]
    assert [x["node"] for x in got["views"]] == [3, 3, 4]
    after = [json.loads(x) for x in out.split("\n") if '["t:1","u:3"]' in x]
    assert [x["view_id"] for x in after] == ["v0", "same"]


def test_a_batch_is_counted_after_coalescing():
    got, _, _ = stats("--batch=0", plan({"root": SCAN}), log=SMALL)
    assert (got["mutations"]["received"], got["mutations"]["changes"]) == (8, 4)
    assert got["steps"]["made"] == 1
    top = {"step": 1, "source": "<stdin>", "line": 8, "id": None, "mutations": 8, "rows": 2,
           "updates": 1}
    assert without_times(got["top_by_rows"]) == [top]


def test_rejected_and_stale_lines_are_counted():
    log = (line("t", "create", 1, {}, version=2) + "no\n" + "\n"
           + line("t", "create", 1, {"a": 1}, version=1))
    got, _, _ = stats("--on-error=skip", "-q", plan({"root": SCAN}), log=log, status=1)
    assert got["input"] == {"lines": 4, "bytes": len(log), "rejected": 1}
    assert (got["mutations"]["received"], got["mutations"]["stale"]) == (2, 1)
    got, _, _ = stats(plan({"root": SCAN}), log=log, status=3)
    assert got["input"]["rejected"] == 1


def test_late_mutations_are_counted():
    log = "".join(line("t", "create", i, {}, ts=ts) for i, ts in enumerate((25, 3, 20, 19.9, 31)))
    got, _, _ = stats("--window=10s", "--window-on=ts", plan({"root": SCAN}), log=log)
    assert (got["mutations"]["late"], got["steps"]["made"]) == (2, 2)


def test_mutations_that_are_not_taken_are_counted():
    scan = {"op": "scan", "table": "t", "lateness": {"field": "ts", "by": "5s"}}
    log = "".join(line("t", "create", i, {"ts": ts}) for i, ts in enumerate((25, 3, 20, 19.9, 31)))
    got, _, _ = stats(plan({"root": scan}), log=log + line("u", "create", 1, {"ts": 1}))
    assert (got["mutations"]["received"], got["mutations"]["too_late"]) == (6, 2)
    assert [table["too_late"] for table in got["tables"]] == [2, 0]


def test_loads_are_lines_but_not_mutations():
    with open("load", "w", encoding="utf-8") as file:
        file.write(SMALL)
    got, _, _ = stats("--load=load", plan({"root": SCAN}), log=line("t", "delete", 1))
    assert got["input"]["lines"] == 9
    assert (got["mutations"]["received"], got["steps"]["made"]) == (1, 1)
    assert got["steps"]["tables_touched"] == 1
    assert got["tables"][1] == {"table": "u", "records": 1, "changes": 0, "too_late": 0}


def test_views_are_recomputed_only_when_they_come_and_for_snapshots():
    control = [{"op": "register", "view": {"id": "w", "root": SCAN}},
               {"op": "snapshot", "view_id": "w"}, {"op": "snapshot", "view_id": "v0"}]
    log = SMALL + "".join(json.dumps(x) + "\n" for x in control) + line("t", "delete", 1)
    got, out, _ = stats(plan({"root": SCAN, "emit": "rows"}), log=log)
    assert got["steps"]["full_recomputations"] == 3
    assert [(x["view_id"], x["full_recomputations"]) for x in got["views"]] == [("v0", 1), ("w", 2)]
    assert sum(x["updates"] for x in got["views"]) == out.count("\n")
    assert got["circuit"]["shared_hits"] == 1  # the scan was there when w came
    with open("log", "w", encoding="utf-8") as file:
        file.write(SMALL + line("t", "patch", 1, {"b": 1}))
    got, _, _ = stats(plan({"root": SCAN}, {"root": SCAN}), "log")  # rows are made whole for it
    assert [x["full_recomputations"] for x in got["views"]] == [1, 1]
    assert got["circuit"]["shared_hits"] == 1


def test_states_are_counted_in_rows():
    distinct = {"op": "join", "left": SCAN, "right": {"op": "scan", "table": "u"},
                "on": {"left_field": "u", "right_field": "a"}}
    exists = {"op": "filter", "input": SCAN, "predicate": {"type": "exists", "plan": KIDS}}
    got, _, _ = stats(plan({"root": distinct}, {"root": exists},
                           {"root": TREE, "format": "tree"}), log=SMALL)
    rows = collections.defaultdict(set)
    for op in got["operators"]:
        rows[op["op"]].add(op["state_rows"])
        assert (op["state_rows"] == 0) <= (op["op"] != "join"), op
        if op["op"] in ("scan", "filter", "project", "context"):
            assert op["state_rows"] == op["state_bytes"] == 0, op
        elif op["state_rows"]:
            assert op["state_bytes"] > 0, op
    assert rows["join"] == {3}  # t:1, t:2 and u:1
    assert 1 in rows["distinct"]  # t:1 alone has a match
    assert rows["exists"] == {2}  # t:1 and t:2, of which one passes
    assert rows["tree"] == {5}  # the two roots, as roots and as parents, and u:1


def shop_runs():
    for batch, form in itertools.product(("1", "7", "0"), ("streaming", "flat", "delta", "tree")):
        args = ["--batch", batch, "--format", form, "--emit=rows"]
        yield args + [x for p in PLANS for x in ("-p", p)] + [SHOP]


def test_what_holds_of_every_report():
    for args in shop_runs():
        plain, quiet = run(*args)
        got, out, err = stats(*args)
        assert (plain, quiet, err) == (out, "", "")
        assert got["input"]["bytes"] == os.path.getsize(SHOP)
        assert got["output"]["bytes"] == len(out.encode())
        assert got["output"]["updates"] == out.count("\n")
        assert got["output"]["updates"] == sum(x["updates"] for x in got["views"])
        assert got["output"]["records"] == sum(x["records"] for x in got["views"])
        assert got["output"]["records"] == sum(count_records(json.loads(x)["records"])
                                               for x in out.split("\n")[:-1])
        assert got["mutations"]["changes"] == sum(x["changes"] for x in got["tables"])
        assert got["steps"]["full_recomputations"] == 0
        check_operators(got)
        check_times(got)


def count_records(records):
    count = 0
    for record in records:
        count += 1
        if isinstance(record, dict):
            for rows in record.get("children", {}).values():
                count += count_records([x for x in (rows if isinstance(rows, list) else [rows])
                                        if x])
    return count


def check_operators(got):
    nodes = {x["node"]: x for x in got["operators"]}
    assert list(nodes) == list(range(1, got["circuit"]["operators"] + 1))
    users = collections.Counter(x["node"] for x in got["views"])
    for node in nodes.values():
        users.update(node["inputs"])
        taken = sum(nodes[i]["rows_out"] for i in node["inputs"])
        # Whatever an input puts out is taken in, once; by a filter perhaps not all of it.
        assert node["rows_in"] == taken or node["rows_in"] < taken and node["op"] == "filter", node
    assert users == {n: x["users"] for n, x in nodes.items()}
    assert got["circuit"]["shared"] == sum(x["users"] > 1 for x in nodes.values())
    for name in ("runs", "rows_in", "rows_out", "work", "state_rows", "state_bytes"):
        assert got["circuit"][name] == sum(x[name] for x in nodes.values()), name


def check_times(got):
    latency = got["step_latency"]
    order = [latency[x] for x in ("p50_us", "p90_us", "p99_us", "p999_us", "max_us", "total_us")]
    assert order == sorted(order) and order[0] > 0
    assert latency["count"] == got["steps"]["made"]  # so few that each was timed
    parts = got["circuit"]["time_us"] + sum(x["time_us"] for x in got["views"])
    assert 0 < parts < latency["total_us"] + got["steps"]["start_us"]
    assert latency["total_us"] < got["run"]["elapsed_us"]
    assert 0 < got["run"]["cpu_us"] and got["run"]["peak_memory_bytes"] > 1 << 20
    times = [x["time_us"] for x in got["top_by_time"]]
    assert len(times) == min(10, got["steps"]["made"]) and times == sorted(times, reverse=True)
    assert abs(times[0] - latency["max_us"]) < 0.001
    rows = [(-x["rows"], x["step"]) for x in got["top_by_rows"]]
    assert rows == sorted(rows)


def test_many_steps_are_sampled():
    log = "".join(line("t", "create", i, {"u": i % 7}) for i in range(40000))
    got, _, _ = stats("-o", os.devnull, plan({"root": SCAN, "emit": "rows"}), log=log)
    assert 0.8 * 40000 < got["step_latency"]["count"] < 1.2 * 40000
    assert got["step_latency"]["count"] != 40000
    unknown = [x for x in got["top_by_rows"] if x["time_us"] is None]
    assert len(got["top_by_rows"]) == 10 and not unknown  # the first ones, all of which are timed


def test_the_text_says_the_same_to_people():
    args = [*PLANS[:1], SHOP, "-o", os.devnull]
    got, _, _ = stats(*args)
    _, err = run("--stats=-", *args)
    _, same = run("--stats", "--stats-format=text", *args)
    sections = re.split(r"^(?=[a-z])", err, flags=re.M)[1:]
    assert [x.split("\n")[0] for x in sections] == list(got)
    assert [re.split(r"\s+", x)[0] for x in same.split("\n")[:-1]] == [
        re.split(r"\s+", x)[0] for x in err.split("\n")[:-1]]
    for section in sections:
        title, *lines = section.split("\n")[:-1]
        assert all(x.startswith("  ") and not x.endswith(" ") for x in lines), section
        if isinstance(got[title], dict):
            names = [re.sub("_(us|bytes)$", "", x) for x in got[title]]
            assert [x.split()[0] for x in lines] == names
            assert len({len(x) for x in lines}) == 1, section  # right-aligned
        else:
            names = [re.sub("_(us|bytes)$", "", x) for x in got[title][0]]
            assert lines[0].split() == names
            assert len(lines) == 1 + len(got[title])
    assert "\n  lines       1,400\n" in err


def test_prometheus_can_read_it():
    args = [*PLANS[:1], SHOP, "-o", os.devnull]
    got, _, _ = stats(*args)
    _, _ = run("--stats=ssp.prom", "--stats-format=prometheus", *args)
    assert not os.path.exists("ssp.prom.tmp")
    samples, types = {}, {}
    with open("ssp.prom", encoding="utf-8") as file:
        for text in file.read().split("\n")[:-1]:
            kind = re.fullmatch(r"# (HELP|TYPE) ([a-z_]+) (.+)", text)
            if kind:
                assert (kind[1] == "TYPE") == (kind[2] in types), text  # help first
                types[kind[2]] = kind[3]
                continue
            name, labels, value = re.fullmatch(
                r'([a-z_]+)((?:\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})?) ([0-9.]+)', text).groups()
            family = re.sub("_(sum|count)$", "", name) if name not in types else name
            assert types[family] in ("counter", "gauge", "summary"), text
            assert (types[family] == "counter") == name.endswith("_total"), text
            assert (name + labels) not in samples
            samples[name + labels] = float(value)
    assert samples["ssp_mutations_received_total"] == got["mutations"]["received"]
    assert samples["ssp_circuit_state_rows"] == got["circuit"]["state_rows"]
    assert samples['ssp_tables_records{table="orders"}'] == 101
    assert samples['ssp_operators_rows_out_total{node="1",op="scan"}'] == 437
    assert samples["ssp_step_latency_seconds_count"] == 1400
    assert 0 < samples['ssp_step_latency_seconds{quantile="0.5"}'] < 1
    numbers = sum(isinstance(value, (int, float)) and member != "node"
                  for name, table in got.items() if not name.startswith("top_")
                  for row in (table if isinstance(table, list) else [table])
                  for member, value in row.items())
    assert len(samples) == numbers


def test_names_with_quotes_reach_prometheus_and_json():
    view = {"id": 'a"b\\c\nd', "root": SCAN}
    args = [plan(view), "-o", os.devnull]
    got, _, _ = stats(*args, log=SMALL)
    assert got["views"][0]["view_id"] == view["id"]
    _, err = run("--stats", "--stats-format=prometheus", *args, log=SMALL)
    assert 'ssp_views_updates_total{view_id="a\\"b\\\\c\\nd"} 2\n' in err
    _, err = run("--stats=-", *args, log=SMALL)
    assert '\n  a\\"b\\\\c\\nd  streaming  1 ' in err


def test_every_member_is_documented():
    got, _, _ = stats(*PLANS[:1], SHOP, "-o", os.devnull)
    with open(f"{SOURCE}/man/ssp-stats.5", encoding="utf-8") as file:
        page = file.read()
    for name, table in got.items():
        section = re.search(rf"^\.Ss (?:[^\n]*, )?{name}(?:,[^\n]*)?\n(.*?)(?=^\.S[sh] )", page, re.M | re.S)
        assert section, name
        items = re.findall(r"[a-z0-9_]+", " ".join(re.findall(r"^\.It Li (.*)", section[1], re.M)))
        assert set(members(table)) == set(items), (name, set(members(table)) ^ set(items))


def trace(what, *args, log=""):
    out, err = run(f"--trace={what}", *args, log=log)
    return out, [json.loads(x) for x in err.split("\n")[:-1]]


def test_a_trace_changes_no_update():
    for args in shop_runs():
        plain, quiet = run(*args)
        out, lines = trace("steps,views,weights", *args)
        assert (out, quiet) == (plain, "")
        assert sum(x["trace"] == "view" for x in lines) == out.count("\n")
        assert sum(x.get("updates", 0) for x in lines) == out.count("\n")


def test_weights_are_those_of_the_delta():
    views = []
    for name in PLANS:
        with open(name, encoding="utf-8") as file:
            read = json.load(file)
        views += read if isinstance(read, list) else [read]
    views.append({"id": "joined", "root": {
        "op": "join", "left": {"op": "scan", "table": "customers"},
        "right": {"op": "scan", "table": "orders"},
        "on": {"left_field": "id", "right_field": "customer_id"}}})
    views = [{**x, "format": "delta", "semantics": "multiset"} for x in views]
    out, lines = trace("weights,views", "--seq", "--batch=3", plan(*views), SHOP)
    weights = collections.defaultdict(lambda: collections.defaultdict(int))
    expected = []
    for update in map(json.loads, out.split("\n")[:-1]):
        content = weights[update["view_id"]]
        change = collections.defaultdict(int)
        for record in update["records"]:
            change[json.dumps(record["id"])] += record["weight"]
        for i in sorted(change, key=lambda x: x.strip('"').encode()):
            old, new = content[i], content[i] + change[i]
            content[i] = new
            if old == new:
                continue
            name = ("inserted" if old == 0 else "deleted" if new == 0
                    else "multiplicity_increased" if new > old else "multiplicity_decreased")
            expected.append({"trace": "weight", "step": update["seq"],
                             "view_id": update["view_id"], "id": json.loads(i), "old_weight": old,
                             "new_weight": new, "transition": name})
        size = next(x for x in lines if x["trace"] == "view" and x["step"] == update["seq"]
                    and x["view_id"] == update["view_id"])["size"]
        assert size == sum(x > 0 for x in content.values())
    assert len({x["transition"] for x in expected}) == 4 and len(expected) > 100
    assert [x for x in lines if x["trace"] == "weight"] == expected


def test_a_tree_is_traced_like_the_records_it_shows():
    for semantics, emit in itertools.product(("membership", "multiset"), ("ids", "rows")):
        views = [{"root": TREE, "format": form, "semantics": semantics, "emit": emit}
                 for form in ("tree", "streaming", "flat")]
        _, lines = trace("views,weights", plan(*views), log=SMALL + line("t", "delete", 1))
        of = [[{**x, "view_id": ""} for x in lines if x["view_id"] == f"v{i}"] for i in range(3)]
        assert of[0] == of[1] == of[2] and len(of[0]) > 5


def test_traces_and_messages_keep_their_order():
    log = line("t", "create", 1, {}) + "no\n" + line("t", "create", 2, {})
    _, err = run("--trace=steps", "--on-error=skip", plan({"root": SCAN}), log=log, status=1)
    assert [x[:10] for x in err.split("\n")[:-1]] == ['{"trace":"', "ssp: <stdi", '{"trace":"']


def test_what_is_written_goes_to_different_files():
    views = plan({"root": SCAN})
    for first, second in itertools.combinations(("output", "rejects", "stats", "profile"), 2):
        args = ["--on-error=skip", f"--{first}=x", views]
        _, err = run(*args, f"--{second}=./x", log=SMALL, status=2)
        assert err == f"ssp: ./x: --{first} and --{second} are one file\n"
        assert run(*args[:1], views, f"--{first}=/dev/null", f"--{second}=/dev/null")[1] == ""


def test_a_report_that_cannot_be_written_is_an_error():
    _, err = run("--stats=no/such", plan({"root": SCAN}), log="bad\n", status=2)
    assert err == "ssp: no/such: No such file or directory\n"  # before a line is read
    for form in ("json", "prometheus"):
        out, err = run("--stats=/dev/full", f"--stats-format={form}", plan({"root": SCAN}),
                       log=SMALL, status=2)
        assert out.count("\n") == 2
        assert err == "ssp: /dev/full: No space left on device\n"


def test_a_trace_that_cannot_be_written_is_an_error():
    for args in (["--trace=steps"], ["--stats"], ["--stats=-"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([SSP, *args, plan({"root": SCAN})], input=SMALL.encode(),
                                  stdout=subprocess.PIPE, stderr=full, timeout=TIMEOUT, check=False)
        assert (done.returncode, done.stdout.count(b"\n")) == (2, 2)


def start(*args, **more):
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen([SSP, *args], **{**options, **more})


def read_line(stream, count=1):
    """Of what is still running."""
    got = b""
    while got.count(b"\n") < count:
        ready, _, _ = select.select([stream], [], [], TIMEOUT)
        more = os.read(stream.fileno(), 1 << 20) if ready else b""
        assert more, got
        got += more
    return got.decode()


def wait_for_sleep(process):
    for _ in range(TIMEOUT * 100):
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
            if stat.read().rsplit(")", 1)[1].split()[0] == "S":
                return
        time.sleep(0.01)
    raise AssertionError("it never waits for input")


def test_a_signal_asks_for_a_report_while_it_waits():
    for args, timed in ((["--stats"], True), ([], False)):
        process = start(*args, plan({"root": SCAN}))
        for lines in (1, 2):
            process.stdin.write(line("t", "create", lines, {}).encode())
            process.stdin.flush()
            time.sleep(0.1)
            wait_for_sleep(process)
            process.send_signal(signal.SIGUSR1)
            got = json.loads(read_line(process.stderr))
            assert (got["run"]["at"], got["input"]["lines"]) == ("signal", lines)
            assert (got["circuit"]["time_us"] is None) != timed
            assert (got["step_latency"]["max_us"] is None) != timed
            assert len(got["top_by_time"]) == lines * timed
        _, err = process.communicate(timeout=TIMEOUT)
        assert process.returncode == 0
        reports = [json.loads(x)["run"]["at"] for x in err.decode().split("\n")[:-1]]
        assert reports == ["end"] * timed


def test_a_signal_asks_for_a_report_while_it_works():
    with open("log", "w", encoding="utf-8") as file:
        file.writelines(line("t", "create", i, {"u": i}) for i in range(3000))
    # A flat view writes itself for each line, so the pipe is full long before the end.
    process = start("--stats=stats.json", plan({"root": SCAN, "format": "flat"}), "log",
                    stdout=subprocess.PIPE)
    wait_for_sleep(process)
    process.send_signal(signal.SIGUSR1)
    assert process.communicate(timeout=TIMEOUT)[1] == b""
    with open("stats.json", encoding="utf-8") as file:
        first, last = map(json.loads, file)
    assert (first["run"]["at"], last["run"]["at"]) == ("signal", "end")
    assert first["steps"]["made"] < last["steps"]["made"] == 3000


def test_reports_come_at_intervals():
    process = start("--stats=-", "--stats-every=50ms", "--stats-format=json", plan({"root": SCAN}))
    reports = [json.loads(x) for x in read_line(process.stderr, 3).split("\n")[:-1]]
    process.stdin.write(line("t", "create", 1, {}).encode())
    process.stdin.close()
    reports += map(json.loads, process.stderr.read().decode().split("\n")[:-1])
    assert process.wait(TIMEOUT) == 0
    assert {x["run"]["at"] for x in reports[:-1]} == {"interval"}
    assert (reports[-1]["run"]["at"], reports[-1]["steps"]["made"]) == ("end", 1)
    elapsed = [x["run"]["elapsed_us"] for x in reports]
    assert elapsed == sorted(elapsed)
    for i, time_us in enumerate(elapsed[:3]):  # it may be late, but never early
        assert time_us > 50000 * (i + 1) - 10000, elapsed  # less the grain of the clock


def test_a_collector_never_sees_half_of_it():
    process = start("--stats=x.prom", "--stats-every=1ms", "--stats-format=prometheus",
                    plan({"root": SCAN}))
    seen = set()
    while not os.path.exists("x.prom"):
        time.sleep(0.01)
    while len(seen) < 20:
        with open("x.prom", encoding="utf-8") as file:
            text = file.read()
        assert text == "" or text.endswith("\n") and "ssp_operators_time_seconds_total{" in text
        seen.add(text)
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0


def profile(*args, **more):
    got, _, _ = stats("--profile=folded", *args, **more)
    stacks = {}
    with open("folded", encoding="utf-8") as file:
        for text in file.read().split("\n")[:-1]:
            stack, count = text.rsplit(" ", 1)
            assert stack not in stacks and int(count) > 0
            stacks[stack] = int(count)
    return got, stacks


def test_a_profile_has_the_time_of_every_operator_once():
    for args in ([x for p in PLANS for x in ("-p", p)] + [SHOP],
                 [plan({"root": TREE}, {"root": TREE, "format": "tree"}, {"root": SCAN}), SHOP]):
        got, stacks = profile(*args)
        assert got["step_latency"]["count"] == got["steps"]["made"]
        nodes = {int(x.rsplit("#", 1)[1]): t for x, t in stacks.items() if "#" in x}
        assert nodes == {x["node"]: round(x["time_us"] * 1000)
                         for x in got["operators"] if x["time_us"]}
        views = {x.split(";")[0]: t for x, t in stacks.items() if x.endswith(";(update)")}
        assert views == {x["view_id"]: round(x["time_us"] * 1000)
                         for x in got["views"] if x["time_us"]}
        assert sum(stacks.values()) < got["run"]["elapsed_us"] * 1000
        assert stacks["(lines)"] > 0 and stacks["(steps)"] > 0
        steps = got["step_latency"]["total_us"] + got["steps"]["start_us"]
        assert abs(sum(stacks.values()) - stacks["(lines)"] - steps * 1000) < 0.05 * steps * 1000


def test_frames_lead_from_the_view_to_the_table():
    join = {"op": "join", "left": {"op": "filter", "input": SCAN,
                                   "predicate": {"type": "gte", "field": "u", "value": 0}},
            "right": {"op": "scan", "table": "u"}, "on": {"left_field": "u", "right_field": "a"}}
    top = {"op": "limit", "limit": 1, "input": join["left"]}
    _, stacks = profile(plan({"id": "a;b\n", "root": {**join, "left": SCAN}}), log=SMALL)
    assert set(stacks) == {"a_b_;distinct #4", "a_b_;distinct #4;join #3", "a_b_;(update)", "(steps)",
                           "(lines)"}, stacks
    _, stacks = profile(plan({"root": join}, {"root": top}), log=SMALL)
    assert set(stacks) == {"v0;distinct #5", "v0;distinct #5;join #4", "v0;(update)", "v1;limit #6",
                           "v1;(update)",
                           "(shared);filter #2", "(steps)", "(lines)"}, stacks
    nested = {"op": "filter", "input": {"op": "filter", "input": SCAN, "predicate": {
        "type": "gte", "field": "u", "value": 0}},
              "predicate": {"type": "lte", "field": "u", "value": 9}}
    _, stacks = profile(plan({"root": nested}), log=SMALL)
    assert {"v0;filter #3", "v0;filter #3;filter #2"} < set(stacks)


def on_terminal(args, feed=None):
    """What a terminal shows as standard error, and the status."""
    primary, secondary = pty.openpty()
    process = start(*args, stderr=secondary, stdin=subprocess.PIPE if feed else subprocess.DEVNULL)
    os.close(secondary)
    shown = b""
    for part in feed or []:
        process.stdin.write(part.encode())
        process.stdin.flush()
        time.sleep(0.7)
    if feed:
        process.stdin.close()
    while True:
        try:
            shown += os.read(primary, 1 << 16)
        except OSError:  # all have closed it
            break
    os.close(primary)
    return shown.decode(), process.wait(TIMEOUT)


def test_progress_is_for_terminals_and_files():
    ends = re.compile(r"(\r[^\r\n]+)*"  # a slow machine shows the way there too
                      r"\r763KiB 1.40k lines 0:00:\d\d \[\S+iB/s\] \[={10,}\] 100% *\r\n")
    assert ends.fullmatch(on_terminal([PLANS[0], SHOP])[0])
    for args in (["-q"], ["--progress=never"]):
        assert on_terminal([*args, PLANS[0], SHOP]) == ("", 0)
    assert on_terminal([PLANS[0]], feed=["\n"]) == ("", 0)  # a pipe has no size
    assert run(PLANS[0], SHOP)[1] == ""
    _, err = run("--progress=always", PLANS[0], SHOP)
    assert ends.fullmatch(err.replace("\n", "\r\n"))
    _, err = run("--progress=always", PLANS[0], log=SMALL)
    assert re.fullmatch(r"\r450B 8 lines 0:00:00 \[\S+B/s\]\n", err)


def test_messages_do_not_stand_in_the_line_of_progress():
    shown, status = on_terminal(["--progress=always", "--on-error=skip", "--stats=-",
                                 plan({"root": SCAN})],
                                feed=[line("t", "create", 1, {}), "no\n", "no\n"])
    assert status == 1
    shown = shown.replace("\r\n", "\n")
    drawn = [x for x in re.split(r"[\r\n]", shown) if "lines 0:00:0" in x]
    assert len(drawn) > 2 and drawn[-1].startswith("60B 3 lines"), drawn
    for text in shown.split("\n")[:-1]:
        seen = ""
        for part in text.split("\r"):  # as a terminal shows it
            seen = part + seen[len(part):]
        if "ssp: " in seen:
            assert re.fullmatch(r"ssp: <stdin>:\d:1: not a JSON object *", seen), seen
    assert shown.count("not a JSON object") == 2 and "\nrun\n  at" in shown


def test_a_stopped_run_leaves_its_reports():
    process = start("--stats=stats.json", "--profile=folded", "--progress=always",
                    plan({"root": SCAN}))
    process.stdin.write(SMALL.encode())
    process.stdin.flush()
    time.sleep(0.1)
    wait_for_sleep(process)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=TIMEOUT)
    assert process.returncode == -signal.SIGTERM
    assert re.fullmatch(r"\r450B 8 lines .*\nssp: stopped by signal 15 after 8 lines\n",
                        err.decode())
    with open("stats.json", encoding="utf-8") as file:
        assert json.load(file)["mutations"]["received"] == 8
    with open("folded", encoding="utf-8") as file:
        assert "v0;(update) " in file.read()


def main():
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    for name, test in tests:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            test()
            os.chdir("/")
        print("ok", name)
    print(f"{len(tests)} passed, 0 failed")


main()
