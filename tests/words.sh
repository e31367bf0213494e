#!/bin/sh
# Fails when a word that the tools print, or read, is missing from its page by hand: record types and
# reasons in pacs-records(5), keys of pacs.toml in pacs.toml(5), exit codes in pacs-exit-status(7);
# and when a page has a word that nothing prints any more.
#   words.sh SOURCE_DIR
set -eu
cd "$1"
status=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "FAIL: $*"; status=1; }

# compare WHAT PAGE: the sorted words in $scratch/code and $scratch/page must be the same
compare() {
    sort -u -o "$scratch/code" "$scratch/code"
    sort -u -o "$scratch/page" "$scratch/page"
    [ -s "$scratch/code" ] || fail "$1: none found in the code; has its spelling changed?"
    missing=$(comm -23 "$scratch/code" "$scratch/page" | tr '\n' ' ')
    stale=$(comm -13 "$scratch/code" "$scratch/page" | tr '\n' ' ')
    [ -z "$missing" ] || fail "$2 lacks $1: $missing"
    [ -z "$stale" ] || fail "$2 has $1 that the code does not: $stale"
}
sources=$(find lib tools -name '*.[ch]pp' | grep -v '^lib/dicom/tables' | sort)
echo "$sources" >"$scratch/sources"
# words in quotes inside the function whose signature matches $1, in the files that have it
words_of() {
    awk -v wanted="$1" '
        FNR == 1 { inside = 0 }
        $0 ~ wanted { inside = 1 }
        inside && /return "/ { gsub(/.*return "|".*/, ""); if ($0 != "") print }
        /^}/ { inside = 0 }' $sources
}

# types: every JsonLine made from a word, the styles of stored records, the levels of answers
{
    cat $sources | tr '\n' ' ' | grep -oE 'JsonLine( [a-z_]+)?[{(]"[a-z_]+"' | sed 's/.*"\(.*\)"/\1/'
    cat $sources | grep -oE '"(stored|planned)"' | tr -d '"'
    sed -n 's/^ *Words{"[A-Z]*", "\([a-z]*\)"}.*/\1/p' lib/dicom/query_level.cpp
} >"$scratch/code"
sed -n '/^\.SH TYPES/,/^\.SH REASONS/s/^\.SS //p' man/pacs-records.5 | tr -d ' ' | tr ',' '\n' >"$scratch/page"
compare "record types" "pacs-records(5)"

# reasons
{
    cat $sources | grep -oE '(reason = |reason\(|"reason", |(skipped|failed|warning), [^"]*)"[a-z_]+"' | sed 's/.*"\(.*\)"/\1/'
    cat $sources | tr '\n' ' ' | grep -oE '(bad_path|bad_item|tell_failure)\([^;{]*;|reason = [^;{]*;' | grep -oE '"[a-z]+(_[a-z]+)*"' | tr -d '"'
    cat $sources | tr '\n' ' ' | grep -oE 'MakeError\( *"[a-z_]+"' | sed 's/.*"\(.*\)"/\1/'
    words_of '^std::string_view reason_word\('
    words_of '^std::string_view to_string\((archive::)?StoreKind'
    words_of '^std::string_view to_string\(StoredFault'
} | grep -vxE 'unknown|reason|message' >"$scratch/code"
sed -n '/^\.SH REASONS/,/^\.SH EXAMPLES/s/^\.B //p' man/pacs-records.5 >"$scratch/page"
compare reasons "pacs-records(5)"

# keys of records, wherever they are; those of requests to DICOMweb services and of hashes are none
grep -vE '^lib/(web/qido|index/record)\.cpp$' "$scratch/sources" | xargs cat | tr '\n' ' ' |
    grep -oE '[.>]add(_raw|_words)?\( *"[a-z][a-z_0-9]*"' | sed 's/.*"\(.*\)"/\1/' | sort -u >"$scratch/code"
grep -oE '\\fB[a-z_0-9]+\\fR|^\.B[R]? .*' man/pacs-records.5 | sed -e 's/^\.BR* //' -e 's/\\f[BR]//g' | tr -d '",' |
    tr ' ' '\n' | sort -u >"$scratch/page"
[ -s "$scratch/code" ] || fail "keys: none found in the code; has its spelling changed?"
missing=$(comm -23 "$scratch/code" "$scratch/page" | tr '\n' ' ')
[ -z "$missing" ] || fail "pacs-records(5) lacks keys: $missing"

# keys of pacs.toml
grep -oE '^ *(deliberate\()?(text|duration|number|path|list|choice|flag|single)<S[^(]*\( *"[a-z_]+"|pdu_size<S>' lib/base/settings_keys.cpp |
    sed -e 's/.*"\(.*\)"/\1/' -e 's/pdu_size<S>/max_pdu/' >"$scratch/code"
echo address >>"$scratch/code"
sed -n '/^\.SH NODES/,/^\.SH EXAMPLES/s/^\.BR\{0,1\} \([a-z_]*\).*/\1/p' man/pacs.toml.5 >"$scratch/page"
compare keys "pacs.toml(5)"

# exit codes
sed -n 's/^    [a-z_]* = \([0-9]*\),.*/\1/p' lib/cli/exit_code.hpp >"$scratch/code"
sed -n 's/^\.B \([0-9][0-9]*\)$/\1/p' man/pacs-exit-status.7 >"$scratch/page"
compare "exit codes" "pacs-exit-status(7)"

# the pages themselves
for page in man/*.[0-9]; do
    warnings=$(groff -t -man -ww -Tutf8 -z "$page" 2>&1)
    [ -z "$warnings" ] || fail "groff: $warnings"
done
version=$(sed -n 's/^project(.* VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt)
grep -L "pacs\\\\-utils $version" man/*.[0-9] | while read -r page; do echo "FAIL: $page is not of version $version"; done | grep . && status=1
exit $status
