#!/usr/bin/env python3
"""ssp beside what somebody would use instead: same logs, same views, contents compared at the end.

compare.py SSP GEN [LINES]   default 100000 lines; needs node, python3; `npm ci` here first
"""
import decimal
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LOGS = {"v1": "users", "v2": "users", "v3": "orders", "v4": "orders", "v5": "users", "v7": "users"}
BATCHES = [1, 100, 10000]


def command(name, view, batch, ssp):
    if name == "ssp":
        return [ssp, "--emit=rows", f"--batch={batch}", f"{HERE}/../plans/{view}.json"]
    if name == "SQLite with triggers":
        return ["python3", f"{HERE}/triggers.py", view, str(batch)]
    return ["node", f"{HERE}/dataflow.mjs", name, view, str(batch)]


def plain(row, view):
    """Sums of doubles differ in their last digits."""
    if view == "v4":
        row = {"customer": row["customer"], "count": row["count"], "min": float(row["min"]),
               "max": float(row["max"]), "sum": f"{float(row['sum']):.2f}"}
    return json.dumps(row, sort_keys=True, default=float)


def content_of(path, view):
    with open(path) as file:
        rows = json.load(file, parse_float=decimal.Decimal)
    return sorted(plain(row, view) for row in rows)


def content_of_ssp(ssp, view, log):
    args = [ssp, "--format=flat", "--emit=rows", "--batch=0", f"{HERE}/../plans/{view}.json", log]
    line = subprocess.run(args, capture_output=True, check=True).stdout.splitlines()[-1]
    records = json.loads(line, parse_float=decimal.Decimal)["records"]
    return sorted(plain(record["record"], view) for record in records)


def measure(args, log, out, content):
    """Seconds; the content comes through descriptor 3."""
    script = f'exec "$@" <"{log}" >"{out}" 3>"{content}"'
    start = time.monotonic()
    done = subprocess.run(["sh", "-c", script, "sh", *args], stderr=sys.stderr)
    seconds = time.monotonic() - start
    return seconds if done.returncode == 0 else None


def cell(name, view, batch, setting):
    ssp, folder, lines, wanted = setting
    log, out, content = f"{folder}/{LOGS[view]}", f"{folder}/out", f"{folder}/content"
    seconds = measure(command(name, view, batch, ssp), log, out, content)
    if seconds is None:
        return "failed"
    right = name == "ssp" or content_of(content, view) == wanted[view]
    return f"{lines / seconds / 1000:.0f} k" + ("" if right else " (wrong)")


def main():
    ssp, gen = os.path.abspath(sys.argv[1]), sys.argv[2]
    lines = int(sys.argv[3]) if len(sys.argv) > 3 else 100000
    with tempfile.TemporaryDirectory() as folder:
        for kind in set(LOGS.values()):
            with open(f"{folder}/{kind}", "w") as log:
                subprocess.run([gen, kind, str(lines)], stdout=log, check=True)
        wanted = {view: content_of_ssp(ssp, view, f"{folder}/{kind}")
                  for view, kind in LOGS.items()}
        print(f"{lines:,} mutations; mutations a second in steps of 1 / 100 / 10,000\n")
        print("| |", " | ".join(view.upper() for view in LOGS), "|")
        print("|---" * (len(LOGS) + 1) + "|")
        for name in ("ssp", "SQLite with triggers", "db-ivm", "d2ts"):
            cells = [" / ".join(cell(name, view, batch, (ssp, folder, lines, wanted))
                                for batch in BATCHES) for view in LOGS]
            print(f"| {name} |", " | ".join(cells), "|", flush=True)


main()
