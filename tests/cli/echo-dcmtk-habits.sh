# echoscu's command line.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_peer '{"associate":[1,1,7]}'
pacs-echo -q -aet ME -aec PACS 127.0.0.1 $PORT
echo "$?"
pacs-echo -aec PACS
echo "$?"
