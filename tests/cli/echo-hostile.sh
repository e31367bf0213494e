# What hostile peers do, and what is said of it. Nothing is success but success.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
for mode in status-0122 status-1234 status-FF00 reject-1-1-7 reject-2-3-1 reject-1-1-3 reject-9-9-9 connect-close connect-reset \
    connect-garbage connect-http connect-tls connect-text connect-stall connect-drip associate-abort associate-abort-provider \
    associate-stall associate-reset associate-pdu-1gib associate-pdu-4gib associate-pdu-release associate-pdu-short-ac \
    command-abort command-close command-stall accept-none accept-no-items accept-unproposed accept-empty-syntax \
    accept-escape-syntax accept-max-1 accept-overrun accept-many-items accept-titles accept-version-2 answer-wrong-id \
    answer-wrong-field answer-no-status answer-never answer-half answer-request answer-command-garbage \
    answer-pdu-endless-command answer-pdu-wrapping-pdv answer-comment-escape release-stall release-abort release-close \
    release-collide; do
    case $mode in  # short only for those who say nothing
        *-stall | *-drip | *-half | *-never | *-endless* | *-4gib | *-1gib | *-wrapping* | connect-text) patience=1s ;;
        *) patience=20s ;;
    esac
    start_peer $mode
    pacs-echo -q --timeout $patience --connect-timeout $patience PACS@127.0.0.1:$PORT >records
    printf '%s: %s ' $mode $?
    # a reset may be seen while still connecting
    jq -c 'select(.type=="echo") |
        if .message // "" | endswith("Connection reset by peer") then .reason = "connection_lost" else . end |
        [.outcome, .reason, .status, if .reason=="connection_lost" then null else .message end]' records
    stop_peers
done
