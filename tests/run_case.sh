#!/bin/sh
# usage: run_case.sh SSP CASE_DIR      UPDATE=1 rewrites what is expected
#
# A case is a folder: "cmd" (arguments, may be empty), "input", "expected" and, if they are not
# empty or zero, "stderr" and "exit". "why" is for readers: what of the manual it shows.
#
# Each case runs from a file and from a pipe: a file can be read again, so less of it is kept in
# memory, and nobody may notice; and once more with threads.
set -eu
ssp=$(realpath "$1")
case=$2
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
mkdir "$out/file" "$out/pipe" "$out/threads"
run() { # NAME OPTION...
    status=0
    ( cd "$case" && eval "\"$ssp\" ${2-} $(cat cmd)" ) >"$out/$1/expected" 2>"$out/$1/stderr" || status=$?
    [ "$status" = 0 ] || echo "$status" >"$out/$1/exit"
    [ -s "$out/$1/stderr" ] || rm "$out/$1/stderr"
}
run file <"$case/input"
mkfifo "$out/fifo"
cat "$case/input" >"$out/fifo" 2>"$out/cat" &
run pipe <"$out/fifo"
wait
run threads --threads=2 <"$case/input"
diff -r "$out/file" "$out/pipe"
diff -r "$out/file" "$out/threads"
if [ -n "${UPDATE-}" ]; then
    rm -f "$case/stderr" "$case/exit"
    cp "$out"/file/* "$case/"
fi
same=0
for file in expected stderr exit; do
    want=$case/$file
    got=$out/file/$file
    [ -e "$want" ] || want=/dev/null
    [ -e "$got" ] || got=/dev/null
    diff -u "$want" "$got" || same=1
done
exit $same
