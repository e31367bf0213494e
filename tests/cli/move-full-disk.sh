# Records that cannot be written are a failure.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_peer move-well
pacs-move -q PACS@127.0.0.1:$PORT DEST StudyDate=20240131 >/dev/full
