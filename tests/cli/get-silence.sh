# Pending for ever, and silence in the middle: the time without progress ends it, and the message says so.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
for mode in for-ever stall; do
    start_getting $mode
    pacs-get PACS@127.0.0.1:$PORT 1.2.1 --series 1.2.1.1 -o $mode --timeout 300ms --retries 0 >records
    echo "$mode: exit $?, files $(find $mode -type f 2>/dev/null | wc -l)"
    jq -r 'select(.outcome=="failed" and .type!="summary") | "\(.reason): \(.message)"' records | sort -u
    stop_peers
done
start_getting deaf
pacs-get PACS@127.0.0.1:$PORT 1.2.1 -o deaf --max-duration 300ms --timeout 2s >records
echo "deaf: exit $?"
tail -n 1 records | jq -c '[.type, .outcome, .announced, .retrieved]'
