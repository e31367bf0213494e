# SIGTERM twice in a breath, as timeout(1) sends it, while a peer is silent: one wish to stop.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
make_objects --count 5 objects >/dev/null
start_peer '{"answer": "never", "skip": 2}'
mkfifo records
pacs-store --async-window 1 objects PACS@127.0.0.1:$PORT >records &
tool=$!
{
    read -r first
    read -r second
    kill -TERM $tool
    kill -TERM $tool
    cat
} <records | jq -c '[.type, .outcome, .reason, .exit_status]' | uniq
wait $tool
