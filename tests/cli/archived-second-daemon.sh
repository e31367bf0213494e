# The archive is one daemon's; a second one is kept out and leaves it alone.
. "$PACS_SUPPORT/archived.sh"
start_archived --archive archive --listen 0 --aet ARCHIVE
pacs-archived --archive archive --listen 0 --aet SECOND; echo "second: $?"
pacs-echo --format ndjson "ARCHIVE@127.0.0.1:$port" >/dev/null && echo "the first still answers"
stop_archived
