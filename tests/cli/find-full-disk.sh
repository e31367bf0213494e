# Records that cannot be written are a failure.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_peer find-thousand
pacs-find -q PACS@127.0.0.1:$PORT >/dev/full
