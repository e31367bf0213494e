# The peer is asked for each series, and gets only what it does not have.
# needs: jq
. "$PACS_SUPPORT/archived.sh"
make_objects --count 6 --per-series 3 objects >/dev/null
start_archived --archive archive --listen 0 --aet ARCHIVE
show() {
    echo "$1: $?"
    jq -c 'select(.type=="stored") | [.outcome, .reason, .status]' records | sort | uniq -c
}
find objects -type f | sort | head -n 2 | pacs-store - ARCHIVE@127.0.0.1:$port >records
show first
pacs-store --skip-existing objects ARCHIVE@127.0.0.1:$port >records
show rest
pacs-store --skip-existing -j 4 objects ARCHIVE@127.0.0.1:$port >records
show again
stop_archived >stopped
tail -n 1 stopped
