# The reader goes away: quiet, and the status a shell gives for SIGPIPE.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
make_objects --count 300 objects >/dev/null
start_peer ok
{ pacs-store --async-window 1 objects PACS@127.0.0.1:$PORT; echo "$?" >status; } | head -n 1 >/dev/null
cat status
