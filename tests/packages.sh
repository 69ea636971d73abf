#!/bin/sh
# Installs the Debian packages that building (build) or building and testing (test) needs, where
# they are missing.
set -eu
build="gcc g++ cmake ninja-build pkg-config libsimdjson-dev libxxhash-dev libpcre2-dev
    libgmp-dev libmpfr-dev libpg-query-dev libprotobuf-c-dev"
# The last two are the README's: they judge, they are not linked.
test="libcmocka-dev libjansson-dev clang clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev
    cppcheck shellcheck mandoc valgrind postgresql-15 python3-xxhash python3 jq"
case ${1-test} in
build) wanted="$build libcmocka-dev libjansson-dev python3" ;;
*) wanted="$build $test" ;;
esac
missing=
for package in $wanted; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -qq
case $missing in
*postgresql*) # the tests make their own server; none is to run beside it
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-common
    $sudo sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    ;;
esac
# shellcheck disable=SC2086 # a list of words
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
