# SIGTERM in the middle of a move: C-CANCEL, its end is told, the summary comes, exit 143.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_peer move-for-ever
pacs-move PACS@127.0.0.1:$PORT DEST StudyDate=20240131 >records &
tool=$!
until grep -q '"command": "0021"' peer.log; do kill -0 $tool || break; done
kill -TERM $tool
wait $tool
status=$?
jq -c '[.type, .outcome, .reason, .status, .exit_status]' records
jq -c 'select(.event=="cancel" or .event=="release") | .event' peer.log | tail -n 2
exit $status
