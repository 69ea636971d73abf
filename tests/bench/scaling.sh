#!/bin/sh
# What one change costs against the size of the data, for the views whose cost is not told by the
# rows of the change alone: a tumbling count (v9), a running sum for each customer (v8) and over all
# (v11), and what can be reached in a random graph (v10), where an edge goes or comes, or the start.
# Times are of this machine; what operators look at is the same everywhere. NOTES.md explains both.
#
# usage: tests/bench/scaling.sh [ROWS...]    writes build/bench/scaling.md, .tsv, -time.svg, -work.svg
set -eu
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- 1000 3k 10k 30k 100k 300k 1m
out=build/bench
mkdir -p $out
if ! command -v gnuplot >/dev/null; then
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get install -y -qq --no-install-recommends gnuplot-nox
fi
tests/packages.sh build
cmake --preset release >/dev/null
cmake --build --preset release --target ssp bench_gen bench_latency >/dev/null
bin=build/release

looked_at() { # VIEW LOG: entries that operators looked at
    $bin/ssp --batch=0 --stats=$out/stats.json "tests/bench/plans/$1.json" "$2" -o /dev/null
    python3 -c "import json
print(sum(o['work'] for o in json.load(open('$out/stats.json'))['operators']))"
}

series() { # NAME VIEW LOG CHANGES ROWS: the last CHANGES lines of the log are timed and counted
    head -n "-$4" "$3" >$out/before
    # The lines before are one step, those that are counted a step each.
    { cat $out/before; echo '{"op":"flush"}'; tail -n "$4" "$3" | sed 'a {"op":"flush"}'; } >$out/steps
    before=$(looked_at "$2" $out/before)
    after=$(looked_at "$2" $out/steps)
    times=$($bin/tests/bench_latency "tests/bench/plans/$2.json" "$3" "$4" 1)
    echo "$1 $5 $times $(((after - before) / $4))" | tr ' ' '\t'
    rm $out/before $out/steps
}

for rows; do
    plain=$(echo "$rows" | sed 's/k$/000/; s/m$/000000/')
    for kind in nexmark scale-orders graph; do
        [ -s "$out/$kind-$rows" ] || $bin/tests/bench_gen $kind "$rows" >"$out/$kind-$rows"
    done
    series count v9 "$out/nexmark-$rows" 1000 "$plain"
    series customer v8 "$out/scale-orders-$rows" 1000 "$plain"
    [ "$plain" -gt 30000 ] || series total v11 "$out/scale-orders-$rows" 20 "$plain"
    series edge v10 "$out/graph-$rows" 1000 "$plain"
    {
        head -n -1000 "$out/graph-$rows"
        echo '{"table":"start","op":"delete","id":1}'
        echo '{"table":"start","op":"create","id":1,"record":{"node":0}}'
    } >$out/start
    series start v10 $out/start 2 "$plain"
done >$out/scaling.tsv

plot() { # FILE COLUMN TITLE
    gnuplot <<GNUPLOT
set terminal svg size 720,560 background rgb "white"
set output "$out/scaling-$1.svg"
set logscale xy
set key outside bottom center horizontal
set xlabel "rows in the tables"
set ylabel "$3"
set grid
set yrange [0.7:*]
at(name) = "< grep '^".name."\t' $out/scaling.tsv"
plot at("count") using 2:$2 with linespoints title "tumbling count of an auction", \
     at("customer") using 2:$2 with linespoints title "running sum of a customer", \
     at("total") using 2:$2 with linespoints title "running sum over all", \
     at("edge") using 2:$2 with linespoints title "reachability, an edge", \
     at("start") using 2:$2 with linespoints title "reachability, the start"
GNUPLOT
}
plot time 3 "microseconds, median of the changes"
plot work 5 "entries looked at, mean of the changes"

{
    echo "| change | rows | median, us | 99th percentile, us | entries looked at, mean |"
    echo "|---|---|---|---|---|"
    sort -s -k1,1 $out/scaling.tsv | awk '{ printf "| %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, $5 }'
} | tee $out/scaling.md
