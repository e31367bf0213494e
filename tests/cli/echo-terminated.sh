# SIGTERM while waiting: what was recorded stays, the summary comes, exit 143.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_peer ok
mkfifo records
pacs-echo --count 0 --interval 1h PACS@127.0.0.1:$PORT >records &
tool=$!
{
    read -r first
    kill -TERM $tool
    cat
} <records | jq -c '[.type, .outcome, .sent, .exit_status]'
wait $tool
