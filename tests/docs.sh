#!/bin/sh
# Fails when a committed man page or completion differs from what the tool says of itself, when a
# shell or groff cannot read it, or when the tool's first manners are missing.
#   docs.sh [--update] TOOL SOURCE_DIR
set -eu
update=0
[ "$1" = --update ] && { update=1; shift; }
tool=$1 source=$2 name=$(basename "$1") status=0
fail() { echo "FAIL: $name: $*"; status=1; }

check() { # KIND FILE
    if [ $update = 1 ]; then
        "$tool" --generate "$1" >"$2"
    else
        "$tool" --generate "$1" | diff -u "$2" - || fail "out of date: $2 (cmake --build BUILD --target docs)"
    fi
}
check man "$source/man/$name.1"
for shell in bash zsh fish; do check $shell "$source/completions/$name.$shell"; done
[ $update = 1 ] && exit 0

warnings=$(groff -man -ww -Tutf8 -z "$source/man/$name.1" 2>&1)
[ -z "$warnings" ] || fail "groff: $warnings"

# manners: words on stdout, errors on stderr, the status of each
"$tool" --help | grep -q "^Usage: $name" || fail "--help"
"$tool" --version | grep -qE "^$name [0-9]+\.[0-9]+\.[0-9]+$" || fail "--version"
code=0; "$tool" --no-such-option >/dev/null 2>&1 || code=$?
[ $code = 2 ] || fail "an unknown option must exit 2, not $code"
code=0; "$tool" --help >/dev/full 2>/dev/null || code=$?
[ $code = 5 ] || fail "--help on a full disk must exit 5, not $code"
"$tool" --help | awk 'length($0) > 80 && !/^  pacs-|\|/ { print; long = 1 } END { exit long }' || fail "help wider than 80"
exit $status
