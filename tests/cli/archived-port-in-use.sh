. "$PACS_SUPPORT/archived.sh"
start_archived --archive archive --listen 0 --aet ARCHIVE
pacs-archived --archive other --listen "127.0.0.1:$port" --aet ARCHIVE 2>other.log; echo "second: $?"
grep -v '^{' other.log
stop_archived >/dev/null
