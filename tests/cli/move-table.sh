# What a person sees.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_peer move-partly
pacs-move PACS@127.0.0.1:$PORT DEST StudyDate=20240131 --format table
echo "exit $?"
