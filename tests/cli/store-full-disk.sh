# Records that cannot be written are a failure, and end the run.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
make_objects --count 3 objects >/dev/null
start_peer ok
pacs-store objects PACS@127.0.0.1:$PORT >/dev/full
