#!/bin/sh
# Instructions per mutation, counted by callgrind: unlike seconds they are the same on a busy machine,
# but for a thousandth. More than 5 % above what instructions.txt says is a failure: either the change
# is worth it, then record it with its reason, or it is not.
#
# usage: tests/bench/instructions.sh SSP GEN               compare
#        tests/bench/instructions.sh SSP GEN REASON        record all anew
set -eu
ssp=$1
gen=$2
reason=${3-}
here=$(dirname "$0")
record=$here/instructions.txt
lines=20000
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
status=0

count() { # VIEW LOG: instructions per line
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$ssp" --emit=rows --progress=never \
        -o /dev/null "$here/plans/$1.json" "$2" 2>"$dir/said" || { cat "$dir/said" >&2; exit 1; }
    awk -v lines=$lines '/refs:/ { gsub(",", "", $NF); printf "%d\n", $NF / lines }' "$dir/said"
}

for kind in users orders; do
    "$gen" $kind $lines >"$dir/$kind"
done
for pair in v1:users v3:orders v4:orders; do
    view=${pair%:*}
    now=$(count "$view" "$dir/${pair#*:}")
    before=$(awk -v view="$view" '$1 == view { print $2 }' "$record")
    echo "$view: $now instructions per mutation, recorded: $before"
    if [ -n "$reason" ]; then
        echo "$view $now $reason" >>"$dir/record"
    elif [ "$now" -gt $((before * 105 / 100)) ]; then
        echo "$view: more than 5 % above the record; if that is worth it:" \
            "tests/bench/instructions.sh $ssp $gen 'why'" >&2
        status=1
    fi
done
if [ -n "$reason" ]; then
    {
        grep '^#' "$record"
        cat "$dir/record"
    } >"$dir/new"
    cp "$dir/new" "$record"
fi
exit $status
