# --limit: C-CANCEL after so many answers, and the summary says whether there were more.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
ask() {
    pacs-find -q --limit "$1" PACS@127.0.0.1:$PORT --timeout "${2:-20s}" | jq -c 'select(.type=="summary") | [.answers, .truncated]'
}
start_peer find-million
ask 3
ask 100
jq -r .event peer.log | grep -c cancel
stop_peers
start_peer find-three
ask 2
ask 3
ask 4
stop_peers
start_peer '{"find":{"answers":3,"then":"stall"}}'
ask 3 1s
