#!/bin/sh
# Benchmarks: whole runs beside the floor program (floor.cc), peak memory, and the time of single
# updates against the size of the view, as a Markdown table and pictures in build/bench/. Quote ratios
# of one run: the machine's speed drifts.
#
# usage: tests/bench/run.sh [LINES [ROUNDS]]     default 1m 3; about ten minutes
set -eu
cd "$(dirname "$0")/../.."
lines=${1-1m}
rounds=${2-3}
out=build/bench
bin=build/release
mkdir -p $out
if ! command -v gnuplot >/dev/null; then
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get install -y -qq --no-install-recommends gnuplot-nox
fi
tests/packages.sh build
cmake --preset release >/dev/null
cmake --build --preset release --target ssp bench_gen bench_latency >/dev/null
g++ -std=c++17 -O3 -march=native -o $out/floor tests/bench/floor.cc -lsimdjson
for kind in users orders forum; do
    [ -s "$out/$kind-$lines" ] || $bin/tests/bench_gen $kind "$lines" >"$out/$kind-$lines"
done
for rows in 1000 10k 100k 1m; do
    for kind in scale-users scale-orders scale-forum; do
        [ -s "$out/$kind-$rows" ] || $bin/tests/bench_gen $kind $rows >"$out/$kind-$rows"
    done
done

tests/bench/measure.py $out $bin "$lines" "$rounds"

: >$out/latency.dat
updates=
for rows in 1000 10k 100k 1m; do
    times=
    cells=
    for pair in v1:users v2:users v5:users v7:users v3:orders v4:orders v6:forum; do
        time=$($bin/tests/bench_latency "tests/bench/plans/${pair%:*}.json" \
            "$out/scale-${pair#*:}-$rows")
        cells="$cells $time |"
        times="$times ${time%% *}"
    done
    number=$(echo $rows | sed 's/k/000/; s/m/000000/')
    echo "$number$times" >>$out/latency.dat
    updates="$updates| $rows |$cells
"
done
(cd $out && gnuplot ../../tests/bench/pictures.gp)

{
    echo "## $lines mutations: mutations a second (as a share of the floor's rate)"
    echo
    cat $out/table.md
    echo
    echo "## One update, microseconds in the engine: median, 99th percentile"
    echo
    echo "| rows in the view | V1 | V2 | V5 | V7 | V3 | V4 | V6 |"
    echo "|---|---|---|---|---|---|---|---|"
    printf '%s' "$updates"
    echo
    echo "$(uname -sm), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores"
} | tee $out/results.md
