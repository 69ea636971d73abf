#!/bin/sh
# House rules that a compiler cannot check. Prints file:line  <- rule, fails if there is any.
# usage: house_rules.sh SOURCE_DIR
set -eu
cd "$1"
sources=$(find core cli tests -name '*.[ch]' -o -name '*.cc' | sort)
bad=0
say() {
    [ -z "$2" ] || { printf '%s\n' "$2" | sed "s/\$/  <- $1/"; bad=1; }
}
# A layer may include itself and those before it.
layers="base value expr zset plan sql op engine"
after="$layers"
for layer in $layers; do
    after=${after#"$layer"}
    after=${after# }
    [ -n "$after" ] || continue
    say "$layer includes upward" \
        "$(grep -nE "#include \"($(echo "$after" | tr ' ' '|')|cli)/" core/"$layer"/* || true)"
done
say "cli includes more of core than ssp.h" \
    "$(grep -nE '#include "(base|value|expr|zset|plan|sql|op|engine)/' cli/* || true)"
say "core includes ssp.h below the engine" \
    "$(grep -nE '#include "ssp.h"' core/base/* core/value/* core/expr/* core/zset/* core/plan/* core/sql/* core/op/* || true)"
# shellcheck disable=SC2086 # lists of words, here and below
{
    say "line over 100 columns" "$(awk 'length > 100 {print FILENAME ":" FNR}' $sources)"
    say "file over 500 lines" "$(wc -l $sources | awk '$2 != "total" && $1 > 500 {print $2 ":" $1}')"
    say "banned function" \
        "$(grep -nE '\b(strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|strncpy|setlocale)\(' $sources || true)"
    say "tab or trailing space" "$(grep -nP '\t|[ ]+$' $sources || true)"
    say "// comment" "$(grep -nE '^[^"]*//' $sources | grep -v 'https\{0,1\}://' || true)"
    say "function over 70 lines" "$(awk '
        /^{/ { start = FNR } /^}/ { if (start && FNR - start > 70) print FILENAME ":" start; start = 0 }
        ' $sources)"
    for file in $sources; do
        case $file in
        *.c | *.cc) head -n 1 "$file" | grep -q '^/\*' || say "no opening comment" "$file:1" ;;
        esac
    done
    say "not formatted (clang-format-14 -i)" "$(clang-format-14 --dry-run $sources 2>&1 | grep 'warning:' | cut -d: -f1,2 | sort -u)"
}
say "refers to what is outside the repository" \
    "$(git grep -nE '\.\./shared|/work/' -- . ':!tests/house_rules.sh' || true)"
say "mandoc" "$(mandoc -T lint -W warning man/*.[1-9] 2>&1 || true)"
scripts=$(find tests -name '*.sh')
# shellcheck disable=SC2086
say "shellcheck" "$(shellcheck -f gcc .ci/run $scripts 2>&1 || true)"
exit $bad
