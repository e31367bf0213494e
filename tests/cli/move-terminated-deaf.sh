# A source that does not hear C-CANCEL is cut off, and the record says so.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_peer move-for-ever-deaf
pacs-move --cancel-timeout 500ms PACS@127.0.0.1:$PORT DEST StudyDate=20240131 >records &
tool=$!
until grep -q '"command": "0021"' peer.log; do kill -0 $tool || break; done
kill -INT $tool
wait $tool
status=$?
jq -c '[.type, .outcome, .reason, .message, .exit_status]' records
exit $status
