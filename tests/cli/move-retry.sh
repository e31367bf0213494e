# What can pass is tried again; what cannot is not, and the message says which time was over.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
told() { jq -c 'select(.type!="summary") | [.type, .outcome, .reason, .message, .attempts]' records; }
move() { pacs-move -q --retry-delay 1ms "$@" PACS@127.0.0.1:$PORT DEST PatientID=P000001 StudyDate >records; echo "exit $?"; }
cases() {
    start_peer "$1"
    shift
    move "$@"
    told
    stop_peers
}
one='"find": {"answers": 2, "identifier": "counted"}'
cases "{$one, \"move\": {\"status\": \"A702\", \"completed\": 0}}" --retries 2 2>&1
cases "{$one, \"move\": {\"status\": \"A900\", \"completed\": 0}}" --retries 2 2>&1
cases "{$one, \"move\": {\"pending\": 1, \"then\": \"close\"}}" --retries 1 2>&1
cases "{$one, \"move\": {\"pending\": -1, \"still\": true}}" --retries 0 --stall-timeout 1s 2>&1
cases "{$one, \"move\": {\"pending\": 1, \"then\": \"stall\"}}" --retries 0 --stall-timeout 1s 2>&1
