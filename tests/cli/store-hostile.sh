# What hostile peers do to three objects. Nothing is stored but what was answered with success.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
make_objects --count 3 objects >/dev/null
for mode in reject-1-1-7 reject-2-3-1 connect-close connect-http associate-abort associate-stall command-abort \
    command-stall data-reset accept-none accept-no-items accept-unproposed accept-escape-syntax accept-max-1 \
    accept-max-7 accept-max-128 accept-max-4g accept-window accept-window-zero answer-wrong-id answer-wrong-instance \
    answer-wrong-class answer-wrong-field answer-no-status answer-twice answer-never answer-half answer-release \
    answer-data-announced answer-command-garbage answer-comment-escape status-0122 status-0110 status-A700 \
    status-A900 status-C000 status-B000 status-FE00 status-FF00 status-1234 release-stall release-abort; do
    case $mode in  # short only for those who say nothing
        *-stall | *-drip | *-half | *-never | *-endless* | *-4gib | *-1gib | *-wrapping* | connect-text) patience=1s ;;
        *) patience=20s ;;
    esac
    start_peer $mode
    pacs-store -q --timeout $patience --connect-timeout $patience --retries 1 --retry-delay 1ms objects PACS@127.0.0.1:$PORT >records 2>said
    echo "$mode: $? $(jq -c 'select(.type=="stored") | [.outcome, .reason, .status, .attempts]' records | sort | uniq -c | tr -s ' ' | tr '\n' ' ')"
    # whether a peer that closes at once is seen to close or to reset is decided by the network
    sed 's/Connection reset by peer/the peer closed the connection/' said >&2
    stop_peers
done
