#!/bin/sh
# usage: check_hash.sh SSP
#
# The program that ssp-updates(5) gives to its readers: it is tests/check_hash.py, it finds every
# result_hash right that SSP writes, and it refuses a wrong one.
set -eu
ssp=$(realpath "$1")
cd "$(dirname "$0")/.."
python=
for candidate in ${PYTHON:+"$PYTHON"} python3 /usr/bin/python3; do
    "$candidate" -c 'import xxhash' 2>/dev/null && python=$candidate && break
done
[ -n "$python" ] || { echo "no python3 with the module xxhash (Debian: python3-xxhash)" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

sed -n '/^\.\\" check_hash\.py$/,/^\.Ed$/p' man/ssp-updates.5 | sed '1,2d;$d' >"$tmp/page.py"
diff -u tests/check_hash.py "$tmp/page.py"
[ "$(wc -l <"$tmp/page.py")" -le 20 ]

# What is difficult about it: numbers and their spellings, the order of keys, escapes, weights.
cat >"$tmp/log" <<'END'
{"table":"a","op":"create","id":"1","record":{"k":1.0,"n":[0,-0,0.00,-0e5,1e3,-1E+3,12.50,100,-7.000]}}
{"table":"a","op":"create","id":"2","record":{"k":1,"n":[15e-8,15e-9,0.0000001,0.00000001,-0.00000123,123.456e-9]}}
{"table":"a","op":"create","id":"3","record":{"k":2,"n":[1e1000,1e1001,-12e1001,10e1000,1e99999999999999999,1e-99999999999999999]}}
{"table":"a","op":"create","id":"4","record":{"k":2,"n":[123456789012345678901234567890.1234567890,9007199254740993,3.14159265358979323846264338327950288419]}}
{"table":"b","op":"create","id":"\"x\\\u0001","record":{"k":1,"":{"b":null,"a":true},"é":"\u0000\u001f\u007f\b\f\n\r\t\"\\\/","😀":1,"￮":2,"Z":[]}}
{"table":"b","op":"create","id":"y","record":{"k":1.00,"u":"\u2028 \u00e9 e\u0301 \ud83d\ude00"}}
{"table":"a","op":"patch","id":"1","record":{"n":1e0}}
{"table":"a","op":"delete","id":"2"}
{"table":"a","op":"update","id":"3","record":{"k":1e0}}
{"table":"b","op":"delete","id":"y"}
{"op":"truncate","table":"a"}
END
cat >"$tmp/plan" <<'END'
{"id":"rows","root":{"op":"scan","table":"a"}}
{"id":"pairs","root":{"op":"join","select":"both","on":{"left_field":"k","right_field":"k"},
 "left":{"op":"scan","table":"a"},"right":{"op":"scan","table":"b"}}}
{"id":"weights","semantics":"multiset","root":{"op":"join","on":{"left_field":"k","right_field":"k"},
 "left":{"op":"scan","table":"a"},"right":{"op":"scan","table":"b"}}}
END
"$ssp" --hash -F delta "$tmp/plan" "$tmp/log" >"$tmp/updates"
"$ssp" --hash plans/shop-customers-orders.json testdata/shop/log.ndjson >"$tmp/shop"
"$ssp" --hash --initial --load=testdata/shop/log.ndjson plans/shop-customers-orders.json "$tmp/log" >"$tmp/initial"
for updates in updates shop initial; do
    [ -s "$tmp/$updates" ]
    "$python" tests/check_hash.py <"$tmp/$updates"
done

# One digit of the third hash; then one update that was lost.
sed '3s/"result_hash":"[0-7]/"result_hash":"8/;t;3s/"result_hash":"[8-f]/"result_hash":"0/' "$tmp/shop" >"$tmp/wrong"
sed 5d "$tmp/shop" >"$tmp/lost"
for want in "3 wrong" "5 lost"; do
    if "$python" tests/check_hash.py <"$tmp/${want#* }" 2>"$tmp/message"; then
        echo "not refused: ${want#* }" >&2
        exit 1
    fi
    echo "line ${want% *}: wrong result_hash" | diff -u - "$tmp/message"
done
