#!/usr/bin/env python3
"""Whole runs of ssp beside the floor program, and what they take of memory; for run.sh.

measure.py DIR BIN LINES [ROUNDS]: DIR has the logs and `floor`, BIN is a build. Every round runs
everything once, so that a machine whose speed drifts is slow or fast for all alike; the best round
counts. Writes DIR/table.md, DIR/throughput.dat and DIR/memory.dat.
"""
import os
import sys
import time

LOGS = {"v1": "users", "v2": "users", "v3": "orders", "v4": "orders", "v5": "users", "v6": "forum",
        "v7": "users"}
RUNS = [(1, 1), (100, 1), (10000, 1), (1, 2), (10000, 2)]  # batch, threads
PLANS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "plans")


def run(command, log, out):
    """Seconds and MB; output to a file, for somebody always takes it."""
    actions = [(os.POSIX_SPAWN_OPEN, 0, log, os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)]
    start = time.monotonic()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.monotonic() - start
    if status:
        sys.exit(f"{command} failed")
    return seconds, usage.ru_maxrss / 1024


def ssp(binary, view, batch, threads):
    return [f"{binary}/ssp", "--emit=rows", "--progress=never", f"--batch={batch}", f"-j{threads}",
            f"{PLANS}/{view}.json"]


def best(jobs, rounds, out):
    result = {}
    for _ in range(rounds):
        for name, (command, log) in jobs.items():
            seconds, memory = run(command, log, out)
            before = result.get(name, (seconds, memory))
            result[name] = (min(seconds, before[0]), max(memory, before[1]))
    return result


def live_bytes(log):
    """Of the records that the log leaves."""
    live = {}
    with open(log, "rb") as lines:
        for line in lines:
            key = line[:line.index(b',"record"') if b',"record"' in line else -2]
            key = key[key.index(b'"id"'):] + key[:key.index(b',"op"')]
            start = line.find(b'"record":')
            if start < 0:
                live.pop(key, None)
            else:
                live[key] = len(line) - start - 11
    return sum(live.values())


def main():
    folder, binary, lines = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    count = int(lines.replace("k", "000").replace("m", "000000"))
    jobs = {"floor": ([f"{folder}/floor"], f"{folder}/users-{lines}")}
    for view, kind in LOGS.items():
        for batch, threads in RUNS:
            jobs[view, batch, threads] = (ssp(binary, view, batch, threads),
                                          f"{folder}/{kind}-{lines}")
    result = best(jobs, rounds, f"{folder}/out")
    floor = result["floor"][0]
    live = {kind: live_bytes(f"{folder}/{kind}-{lines}") / 2**20 for kind in set(LOGS.values())}
    with open(f"{folder}/table.md", "w") as table, open(f"{folder}/throughput.dat", "w") as data:
        print("| view |", " | ".join(f"batch {b:,}" + (f", `-j {j}`" if j > 1 else "")
                                     for b, j in RUNS), "| MB | of live JSON |", file=table)
        print("|---" * (len(RUNS) + 3) + "|", file=table)
        for view, kind in LOGS.items():
            rates = [count / result[view, b, j][0] for b, j in RUNS]
            memory = result[view, 1, 1][1]
            print(f"| {view.upper()} |",
                  " | ".join(f"{r / 1000:.0f} k ({r * floor / count:.2f})" for r in rates),
                  f"| {memory:.0f} | {memory / live[kind]:.1f} |", file=table)
            print(view.upper(), *[f"{r:.0f}" for r in rates], file=data)
        print(f"\nThe floor: {count / floor / 1000:.0f} k mutations a second, "
              f"{result['floor'][1]:.0f} MB.", file=table)
    with open(f"{folder}/memory.dat", "w") as data:
        for rows in ("1000", "10k", "100k", "1m"):
            log = f"{folder}/scale-users-{rows}"
            ids = [f"{binary}/ssp", "--progress=never", f"{PLANS}/v2.json", log]
            print(rows.replace("k", "000").replace("m", "000000"), live_bytes(log) / 2**20,
                  run(ssp(binary, "v1", 1, 1), log, f"{folder}/out")[1],
                  run(ids, log, f"{folder}/out")[1], file=data)
    os.unlink(f"{folder}/out")


main()
