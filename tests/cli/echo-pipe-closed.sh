# The reader goes away: quiet, and the status a shell gives for SIGPIPE.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_peer ok
{ pacs-echo --count 0 --interval 1ms PACS@127.0.0.1:$PORT; echo "$?" >status; } | head -n 1 >/dev/null
cat status
