# Beyond --max-instances nothing is moved: exit 8 and the number.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_peer move-well
pacs-move PACS@127.0.0.1:$PORT DEST StudyDate=20240131 --max-instances 11
echo "exit $?"
grep -c '"command": "0021"' peer.log
pacs-move -q PACS@127.0.0.1:$PORT DEST StudyDate=20240131 --max-instances 12 >/dev/null
echo "exit $?"
