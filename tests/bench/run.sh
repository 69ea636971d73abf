#!/bin/sh
# Benchmarks: whole runs as ratios to reading and checking the lines alone (ssp --bench=parse), peak
# memory, and the time of single updates against the size of the view. Quote ratios of one run: the
# machine's speed drifts.
#
# usage: tests/bench/run.sh [LINES]     default 1m; results also in build/bench/
set -eu
cd "$(dirname "$0")/../.."
lines=${1-1m}
out=build/bench
mkdir -p $out
if ! command -v hyperfine >/dev/null; then
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get install -y -qq hyperfine
fi
tests/packages.sh build
cmake --preset release >/dev/null
cmake --build --preset release --target ssp bench_gen bench_latency >/dev/null
bin=build/release
for kind in users orders forum; do
    [ -s "$out/$kind-$lines" ] || $bin/tests/bench_gen $kind "$lines" >"$out/$kind-$lines"
done

measure() { # NAME LOG ARGUMENTS...
    name=$1
    log=$2
    shift 2
    hyperfine --shell=none --warmup 1 --runs 5 --export-json "$out/$name.json" \
        "$bin/ssp $* $log -o /dev/null" >/dev/null 2>&1
    python3 - "$out/$name.json" "$name" "$bin/ssp" "$@" "$log" <<'PY'
import json, resource, subprocess, sys
seconds = json.load(open(sys.argv[1]))["results"][0]["min"]
subprocess.run(sys.argv[3:] + ["-o", "/dev/null"], check=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"{sys.argv[2]} {seconds:.3f} {peak:.0f}")
PY
}

table() { # KIND VIEW...: lines of "name seconds MB", the first one is the parse
    kind=$1
    shift
    log=$out/$kind-$lines
    measure "$kind-parse" "$log" --bench=parse tests/bench/plans/v1.json
    for view in "$@"; do
        for batch in 1 100 10000; do
            for emit in ids rows; do
                measure "$view-$batch-$emit" "$log" --emit=$emit --batch=$batch \
                    "tests/bench/plans/$view.json"
            done
        done
    done
}

report() {
    echo "| run (view-batch-emit) | seconds | times the parse | MB |"
    echo "|---|---|---|---|"
    awk 'NR == 1 { parse = $2 } { printf "| %s | %s | %.2f | %s |\n", $1, $2, $2 / parse, $3 }'
}

{
    echo "## $lines mutations, output to /dev/null"
    echo
    table users v1 v2 v5 v7 | report
    echo
    table orders v3 v4 v8 | report
    echo
    table forum v6 | report
    echo
    echo "## One update, microseconds in the engine: median, 99th percentile"
    echo
    echo "| rows in the view | v1 | v2 | v5 | v7 | v3 | v4 | v8 | v6 |"
    echo "|---|---|---|---|---|---|---|---|---|"
    for rows in 1000 10k 100k 1m; do
        for kind in scale-users scale-orders scale-forum; do
            [ -s "$out/$kind-$rows" ] || $bin/tests/bench_gen $kind $rows >"$out/$kind-$rows"
        done
        printf '| %s |' $rows
        for view in v1 v2 v5 v7; do
            printf ' %s |' "$($bin/tests/bench_latency tests/bench/plans/$view.json \
                "$out/scale-users-$rows")"
        done
        for view in v3 v4 v8; do
            printf ' %s |' "$($bin/tests/bench_latency tests/bench/plans/$view.json \
                "$out/scale-orders-$rows")"
        done
        printf ' %s |\n' "$($bin/tests/bench_latency tests/bench/plans/v6.json \
            "$out/scale-forum-$rows")"
    done
} | tee $out/results.md
