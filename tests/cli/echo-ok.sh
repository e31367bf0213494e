# A peer that is there.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_peer ok
pacs-echo PACS@127.0.0.1:$PORT
