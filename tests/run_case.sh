#!/bin/sh
# usage: run_case.sh SSP CASE_DIR      UPDATE=1 rewrites what is expected
#
# A case is a folder: "cmd" (arguments, may be empty), "input", "expected" and, if they are not
# empty or zero, "stderr" and "exit". "why" is for readers: what of the manual it shows.
set -eu
ssp=$(realpath "$1")
case=$2
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
status=0
( cd "$case" && eval "\"$ssp\" $(cat cmd)" <input >"$out/expected" 2>"$out/stderr" ) || status=$?
echo "$status" >"$out/exit"
[ "$status" = 0 ] && rm "$out/exit"
[ -s "$out/stderr" ] || rm "$out/stderr"
if [ -n "${UPDATE-}" ]; then
    rm -f "$case/stderr" "$case/exit"
    cp "$out"/* "$case/"
fi
same=0
for file in expected stderr exit; do
    [ -e "$case/$file" ] || [ -e "$out/$file" ] || continue
    touch "$out/$file"
    want=$case/$file
    [ -e "$want" ] || want=/dev/null
    diff -u "$want" "$out/$file" || same=1
done
exit $same
