# --max-duration ends every tool in good order, with what was recorded, status 6 and its name; the other limits
# say which they are, too: connecting, negotiating, standing still.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
ends() { # COMMAND...: the status, and what the summary and standard error say
    timeout 60 "$@" >records 2>said
    echo "$1: $?, $(jq -r 'select(.type=="summary") | [.exit_status, .message // ""] | join(" ")' records)"
    sed 's/^/  /' said
}
make_objects --count 3 objects >/dev/null
start_peer find-for-ever
ends pacs-find --max-duration 300ms PACS@127.0.0.1:$PORT
ends pacs-echo --max-duration 300ms --count 0 --interval 1ms PACS@127.0.0.1:$PORT
start_peer command-stall
ends pacs-store --max-duration 300ms objects PACS@127.0.0.1:$PORT
mkfifo endless
sleep 60 >endless &
peers="$peers $!"
ends pacs-dump --max-duration 300ms - <endless
ends pacs-store --max-duration 300ms - PACS@127.0.0.1:$PORT <endless
echo "-- others"
ends pacs-echo --timeout 200ms PACS@127.0.0.1:$PORT
jq -r 'select(.type=="echo") | .message' records
start_peer associate-stall
ends pacs-echo --connect-timeout 200ms PACS@127.0.0.1:$PORT
jq -r 'select(.type=="echo") | .message' records
