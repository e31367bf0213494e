# What hostile sources do, and what is said of it: no success is told that was none, every end has a
# summary.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
for mode in move-well move-nothing move-less move-uncounted move-fails move-partly move-partly-bad-list \
    move-escape-list move-warns move-unknown move-cancels move-for-ever-still move-stall move-abort move-close \
    move-reset answer-wrong-id answer-never answer-half answer-abort answer-release answer-command-garbage \
    answer-pdu-1gib reject-1-1-7 accept-none find-garbage find-foreign find-other-level find-none; do
    case $mode in  # short only for those who say nothing new
        *-stall | *-half | *-never | *-still | *-1gib) patience=1s ;;
        *) patience=20s ;;
    esac
    start_peer $mode
    pacs-move -q --timeout $patience --stall-timeout $patience --connect-timeout $patience --retries 0 \
        PACS@127.0.0.1:$PORT DEST StudyDate=20240131 >records 2>/dev/null
    printf '%s: %s ' $mode $?
    jq -c 'select(.type!="summary") | [.outcome, .reason, .status, .completed, .failed, .warning, .failed_uids, .failed_uids_cut]' records |
        head -n 1 | tr '\n' ' '
    tail -n 1 records | jq -c '[.type, .records, .ok, .warning, .failed, .instances, .completed, .reason]'
    stop_peers
done
# a source that does not know a key, and answers with all it has
start_peer move-well
pacs-move -q PACS@127.0.0.1:$PORT DEST AccessionNumber=1 PatientID=P000001 >records
echo "mismatch: $?"
jq -c '[.type, .outcome, .reason, .message, .status]' records
