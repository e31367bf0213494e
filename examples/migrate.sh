#!/bin/bash
# Copies studies from one archive to another through a pipe, nothing on a disk between, and proves it:
# each object is fetched back from the new archive and has the same content, however it is encoded there.
# After a failure run it again: what the new archive has is not sent once more.
#   examples/migrate.sh [OLD [NEW [KEY=VALUE...]]]        @old to @new, all studies, when nothing is said
set -euo pipefail
old=${1:-@old} new=${2:-@new}
keys=("${@:3}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What is to be copied, a record a study. --complete: it is proven that the old archive held none back.
pacs-find "$old" StudyInstanceUID "${keys[@]}" --level study --complete >"$work/studies"

# The objects flow, from the first one on. pipefail: also a failure of pacs-get counts.
copied=0
pacs-get "$old" - -o - <"$work/studies" | pacs-store --skip-existing - "$new" >"$work/stored" || copied=$?
jq -r 'select(.outcome=="failed" and .type!="summary") | "not stored: \(.SOPInstanceUID) \(.reason)"' "$work/stored"

# The proof: SOP Instance UID and content digest of every object, from both.
contents() {
    pacs-get "$1" - -o - <"$work/studies" | pacs-index scan --digest content - |
        jq -r 'select(.content_sha256) | [.SOPInstanceUID, .content_sha256] | @tsv' | sort
}
contents "$old" >"$work/before"
contents "$new" >"$work/after"
comm -23 "$work/before" "$work/after" | sed 's/^/not the same there: /' | tee "$work/wrong"
[ "$copied" = 0 ] && [ ! -s "$work/wrong" ] || exit 1
echo "$(grep -c '"type":"study"' "$work/studies") studies, $(wc -l <"$work/before") objects: $new has them all, with the same content"
