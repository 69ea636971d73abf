#!/bin/sh
# Installs what building needs, builds ssp, and runs a plan over the sample log: the first updates
# of a top-20 of orders, kept up to date by the log of a shop.
set -eu
cd "$(dirname "$0")/.."
tests/packages.sh build >&2
cmake --preset release >build.log 2>&1 || { cat build.log >&2; exit 1; }
cmake --build --preset release --target ssp >build.log 2>&1 || { cat build.log >&2; exit 1; }
rm -f build.log
ssp=build/release/ssp
echo "\$ $ssp --batch=500 plans/shop-top.json testdata/shop/log.ndjson | cut -c 1-160"
"$ssp" --batch=500 plans/shop-top.json testdata/shop/log.ndjson | cut -c 1-160
