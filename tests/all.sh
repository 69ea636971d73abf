#!/bin/sh
# Installs what the tests need, builds and runs all of them: gcc, sanitizers with stress sizes,
# release, clang, and the linters. About ten minutes on two cores.
#
# usage: tests/all.sh [PRESET...]     default: dev asan release clang tidy
set -eu
cd "$(dirname "$0")/.."
tests/packages.sh test
for preset in "${@:-dev asan release clang tidy}"; do
    for one in $preset; do
        echo "== $one"
        cmake --workflow --preset "$one"
    done
done
