# SIGTERM in the middle of answers: C-CANCEL, what came stays, the summary comes, exit 143.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_peer find-for-ever
mkfifo records
pacs-find PACS@127.0.0.1:$PORT >records &
tool=$!
{
    read -r first
    kill -TERM $tool
    tail -n 1
} <records | jq -c '[.type, .outcome, .truncated, .exit_status]'
wait $tool
status=$?
jq -c 'select(.event=="cancel" or .event=="release") | .event' peer.log
exit $status
