#!/bin/sh
# usage: seeds.sh OUTDIR
#
# Seeds for the fuzz targets: OUTDIR/fuzz_{line,plan,sql,filter}, from the inputs and plans of the
# golden cases, and what fuzzing has found and testdata/fuzz keeps.
set -eu
out=$1
testdata=$(realpath "$(dirname "$0")/../../testdata")
rm -rf "$out"
mkdir -p "$out/fuzz_line" "$out/fuzz_plan" "$out/fuzz_sql" "$out/fuzz_filter"
for case in "$testdata"/cases/*/; do
    name=$(basename "$case")
    if [ -e "$case/plan.json" ]; then
        cp "$case/plan.json" "$out/fuzz_plan/$name"
        [ -e "$case/input" ] || continue
        { cat "$case/plan.json"; printf '\0'; cat "$case/input"; } >"$out/fuzz_filter/$name"
    fi
    [ ! -e "$case/plan.sql" ] || cp "$case/plan.sql" "$out/fuzz_sql/$name"
    [ ! -e "$case/input" ] || cp "$case/input" "$out/fuzz_line/$name"
done
find "$out" -type f -size +16k -delete
for target in fuzz_line fuzz_plan fuzz_sql fuzz_filter; do
    for found in "$testdata/fuzz/$target"/*; do
        [ ! -e "$found" ] || cp "$found" "$out/$target/found-$(basename "$found")"
    done
done
