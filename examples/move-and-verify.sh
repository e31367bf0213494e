#!/bin/bash
# Has one archive send to another by itself (C-MOVE), and asks the other one, instance by instance, what it
# then has. The records are the ledger: a second run goes on where the first one ended.
#   examples/move-and-verify.sh [OLD [NEW [LEDGER [KEY=VALUE...]]]]
#                                                  @old to @new, all studies, when nothing is said
set -euo pipefail
old=${1:-@old} new=${2:-@new} ledger=${3:-moved.ndjson}
keys=("${@:4}")
[ ${#keys[@]} -gt 0 ] || keys=('StudyInstanceUID=*')
touch "$ledger"
cp "$ledger" "$ledger.before"  # what is read while the ledger grows

# Politely: two studies at a time. Nothing is moved when it is more than was reckoned with.
status=0
pacs-move "$old" "$new" "${keys[@]}" --verify --jobs 2 --max-instances 1000000 \
    --resume "$ledger.before" >>"$ledger" || status=$?
rm "$ledger.before"

# One line a study, then the counts of all.
jq -r 'select(.type=="moved") | [.outcome, .StudyInstanceUID, .completed, .reason] | @tsv' "$ledger"
tail -n 1 "$ledger" | jq -c '{exit_status, ok, failed, completed, missing}'
exit "$status"
