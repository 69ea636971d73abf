#!/bin/sh
# usage: cppcheck.sh SOURCE_DIR
set -eu
cd "$1"
exec cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
    --suppress=missingIncludeSystem --error-exitcode=1 -D_GNU_SOURCE -DSSP_VERSION='""' \
    -Icore -Icli -j 2 core cli
