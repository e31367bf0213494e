# --limit: C-CANCEL after so many answers, and the summary says whether there were more.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
ask() {
    pacs-find -q --limit "$1" PACS@127.0.0.1:$PORT --timeout 1s | jq -c '[.type, .truncated, .status]' | tail -n 1
}
start_peer find-million
ask 3
stop_peers
start_peer find-three
ask 3
ask 4
ask 2
stop_peers
start_peer '{"find":{"answers":3,"then":"stall"}}'
ask 3
stop_peers
start_peer find-for-ever
ask 100
stop_peers
jq -r .event peer.log | grep -c cancel
