# SIGTERM while a silent peer is diagnosed: nothing is concluded, the summary comes, exit 143.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_peer command-stall
pacs-echo --diagnose PACS@127.0.0.1:$PORT >records &
tool=$!
while ! grep -q '"act"' peer.log 2>/dev/null; do :; done
kill -TERM $tool
wait $tool
status=$?
jq -c '[.type, .outcome, .exit_status]' records
exit $status
