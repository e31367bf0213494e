# SIGUSR1 prints one line.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_peer ok
mkfifo records
pacs-echo --count 0 --interval 1h PACS@127.0.0.1:$PORT >records 2>said &
tool=$!
{
    read -r first
    kill -USR1 $tool
    while [ ! -s said ]; do :; done
    kill -TERM $tool
    cat >/dev/null
} <records
wait $tool
cat said
