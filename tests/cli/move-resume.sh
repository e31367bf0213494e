# A run that goes on where an earlier one was stopped.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_peer move-well
PEER=PACS@127.0.0.1:$PORT
pacs-move -q $PEER DEST StudyDate=20240131 | head -n 2 >run1
pacs-move -q $PEER DEST StudyDate=20240131 --resume run1 | jq -c '[.type, .outcome, .reason, .status]'
pacs-move -q $PEER OTHER StudyDate=20240131 --resume run1 | jq -c '[.type, .outcome, .reason, .status]'
