# The reader goes away: the peer is told to stop, quiet, and the status a shell gives for SIGPIPE.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_peer find-for-ever
{ pacs-find PACS@127.0.0.1:$PORT; echo "$?" >status; } | head -n 1 >/dev/null
cat status
