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
    start_peer $mode
    pacs-store -q --timeout 1s --connect-timeout 1s --retries 1 --retry-delay 1ms objects PACS@127.0.0.1:$PORT >records
    echo "$mode: $? $(jq -c 'select(.type=="stored") | [.outcome, .reason, .status, .attempts]' records | sort | uniq -c | tr -s ' ' | tr '\n' ' ')"
    stop_peers
done
