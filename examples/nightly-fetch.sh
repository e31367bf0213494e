#!/bin/bash
# For cron: fetches the studies of the last days into a folder, those that are not there yet. Quiet, but
# when something did not come, so that cron writes a mail; the exit status is that of pacs-get.
#   examples/nightly-fetch.sh [SOURCE [FOLDER [SINCE]]]   from @archive into "fetched", since 3d by default
# as a test: @archive fetched 30y
set -euo pipefail
source=${1:-@archive} folder=${2:-fetched} since=${3:-3d}
mkdir -p "$folder/.records"
exec 9>"$folder/.records/lock"
flock -n 9 || { echo "the run before this one is still at it" >&2; exit 7; }
records=$folder/.records/$(date +%Y%m%d).ndjson

# Three limits: of the disk, of the time, and for a source that hangs.
status=0
pacs-find "$source" --since "$since" |
    pacs-get -q "$source" - -o "$folder" --min-free 500MB --max-duration 6h --timeout 2m >>"$records" || status=$?

# What did not come, and why; one line each.
[ "$status" = 0 ] || jq -r 'select(.outcome=="failed") | [.type, .StudyInstanceUID, .SOPInstanceUID, .reason, .message] | @tsv' "$records" >&2
exit "$status"
