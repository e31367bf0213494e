# needs: sqlite3
# An index that a newer version wrote is refused and not touched.
. "$PACS_SUPPORT/archived.sh"
start_archived --archive archive --listen 0 --aet ARCHIVE
stop_archived >/dev/null
sqlite3 archive/index.db 'PRAGMA user_version = 99'
cp -r archive before
pacs-archived --archive archive --listen 0 --aet ARCHIVE; echo "newer index: $?"
cmp before/index.db archive/index.db && echo untouched
