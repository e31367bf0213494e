# The reader of the tar stream, or of the records, goes away: quiet, and soon over.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_getting well
{ pacs-get PACS@127.0.0.1:$PORT 1.2.1 1.2.2 -o -; echo "$?" >status; } | head -c 1 >/dev/null
cat status
{ pacs-get PACS@127.0.0.1:$PORT 1.2.1 1.2.2 -o got; echo "$?" >status; } | head -n 1 >/dev/null
cat status
