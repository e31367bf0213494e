# What passes is tried again: a busy peer, a lost connection.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
make_objects --count 4 objects >/dev/null
for mode in busy-once lost-once lost-after-2; do
    start_peer $mode
    pacs-store --retry-delay 1ms objects PACS@127.0.0.1:$PORT >records
    echo "$mode: $? $(jq -c 'select(.type=="stored") | .outcome' records | sort | uniq -c | tr -s ' ')"
    stop_peers
done
