# SIGTERM while the source is at it: C-CANCEL, its end is awaited, the summary comes, exit 143.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_getting for-ever
pacs-get PACS@127.0.0.1:$PORT 1.2.1 -o got >records &
tool=$!
until grep -q '"event": "get"' peer.log; do kill -0 $tool || break; done
kill -TERM $tool
wait $tool
status=$?
jq -c '[.type, .outcome, .announced, .retrieved, .exit_status]' records
jq -c 'select(.event=="cancel" or .event=="release") | .event' peer.log | tail -n 1
exit $status
