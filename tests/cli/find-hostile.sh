# What hostile peers do, and what is said of it: every exit status is true, every end has a summary.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
for mode in find-three find-none find-thousand find-stall find-abort find-close find-reset find-fails find-refuses find-warns \
    find-cancels find-no-identifier find-empty find-garbage find-nested find-huge find-endless find-escape \
    find-other-level find-foreign find-bad-charset find-japanese find-final-data answer-wrong-id answer-wrong-field \
    answer-no-status answer-never answer-half answer-abort answer-release answer-command-garbage answer-comment-escape \
    answer-pdu-1gib answer-other-context reject-1-1-7 reject-2-3-2 associate-stall connect-http connect-tls accept-none \
    accept-implicit-only accept-big-endian-only accept-max-1 release-stall release-abort release-collide; do
    case $mode in  # short only for those who say nothing
        *-stall | *-drip | *-half | *-never | *-endless* | *-4gib | *-1gib | *-wrapping* | connect-text) patience=1s ;;
        *) patience=20s ;;
    esac
    start_peer $mode
    pacs-find -q --timeout $patience --connect-timeout $patience PACS@127.0.0.1:$PORT >records 2>/dev/null
    printf '%s: %s ' $mode $?
    tail -n 1 records | jq -c '[.type, .answers, .ok, .warning, .failed, .truncated, .status, .reason]'
    stop_peers
done
