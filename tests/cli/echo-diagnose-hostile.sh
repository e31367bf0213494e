# What is made of hostile peers, each within its time: verdict and hint.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
look() { # MODE PATIENCE
    start_peer $1
    timeout 20 pacs-echo --diagnose --timeout $2 --connect-timeout $2 PACS@127.0.0.1:$PORT >records
    printf '%s: %s ' $1 $?
    jq -c 'select(.type=="diagnosis") | [.outcome, .reason, .protocol, .message, .hint]' records
    stop_peers
}
for mode in status-0122 reject-1-1-1 reject-1-1-3 reject-1-1-7 reject-2-3-2 reject-9-9-9 connect-close connect-garbage \
    connect-http connect-tls connect-text associate-abort associate-pdu-4gib associate-pdu-short-ac command-abort accept-none \
    accept-unproposed answer-wrong-id answer-comment-escape release-close; do
    look $mode 10s
done
for mode in connect-stall connect-drip command-stall release-stall; do
    look $mode 300ms
done
