#!/bin/sh
# Fails when a table of pacs-conformance(7) differs from what the code says (conformance_tables), when
# one is missing or nobody writes it any more, and when a status is answered that no table has.
#   conformance.sh [--update] PROGRAM SOURCE_DIR
set -eu
update=0
[ "$1" = --update ] && { update=1; shift; }
program=$1 page=$2/man/pacs-conformance.7 status=0
fail() { echo "FAIL: $*"; status=1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$program" >"$scratch/tables"
# the page with each table as the code has it
awk '
    FNR == NR { if ($2 == "begin") name = $3; text[name] = text[name] $0 "\n"; next }
    $1 == ".\\\"" && $2 == "begin" { printf "%s", ($3 in text) ? text[$3] : ""; inside = 1 }
    !inside { print }
    $1 == ".\\\"" && $2 == "end" { inside = 0 }' "$scratch/tables" "$page" >"$scratch/page"
if [ $update = 1 ]; then
    cat "$scratch/page" >"$page"
else
    diff -u "$page" "$scratch/page" || fail "out of date: $page (cmake --build BUILD --target docs)"
fi
marks() { sed -n 's/^\.\\" begin \(.*\)/\1/p' "$1" | sort; }
marks "$page" >"$scratch/in-page"
marks "$scratch/tables" >"$scratch/in-code"
cmp -s "$scratch/in-page" "$scratch/in-code" ||
    fail "tables of the page (-) and of the code (+): $(diff -u "$scratch/in-page" "$scratch/in-code")"

warnings=$(groff -t -man -ww -Tutf8 -z "$page" 2>&1)
[ -z "$warnings" ] || fail "groff: $warnings"

# whoever answers takes the status from a rule that the tables list, and each rule is listed
cd "$2/lib"
answering="archive/*.cpp daemon/*.cpp net/worker.cpp net/operation_responder.cpp net/command_set.cpp net/store_reply.cpp"
# shellcheck disable=SC2086  # a list of patterns
grep -nE '(^|[^_])statuses::[a-z]|Status\{0x' $answering | grep -vE '(store|find|server|retrieve)_statuses::' &&
    fail "a status that is in no table of the conformance statement"
for rules in net/server_statuses.hpp net/rejections.hpp archive/store_statuses.hpp daemon/find_statuses.hpp daemon/retrieve_statuses.hpp; do
    sed -n 's/^inline constexpr \(StatusRule\|Rule\) \([a-z_]*\){.*/\2/p' $rules | sort >"$scratch/rules"
    tr '\n' ' ' <$rules | grep -oE 'std::array all\{[^}]*\}' | sed 's/.*{//' | tr -d ' }' | tr ',' '\n' | sort >"$scratch/all"
    cmp -s "$scratch/rules" "$scratch/all" || fail "$rules: all is not all: $(diff "$scratch/rules" "$scratch/all")"
done
exit $status
