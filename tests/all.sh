#!/bin/sh
# Installs what the tests need, builds and runs them: gcc with all tests, sanitizers with stress sizes,
# the release build through the command, and clang with its linter. About twelve minutes on two cores.
#
# usage: tests/all.sh [PRESET...]     default: dev asan release tidy
set -eu
cd "$(dirname "$0")/.."
tests/packages.sh test
for preset in "${@:-dev asan release tidy}"; do
    for one in $preset; do
        echo "== $one"
        cmake --workflow --preset "$one"
    done
done
