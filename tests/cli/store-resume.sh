# A run that was cut short is repeated with its own records, as --resume and as input.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
make_objects --count 5 objects >/dev/null
outcomes() {
    jq -c 'select(.type=="stored") | [.outcome, .reason]' "$@" | sort | uniq -c
}
start_peer '{"answer": "reset", "skip": 2, "times": 1}'
pacs-store --retries 0 --async-window 1 objects PACS@127.0.0.1:$PORT >first
echo "first run: $?"
outcomes first
head -c -40 first >cut # as a kill leaves it
pacs-store --resume cut objects PACS@127.0.0.1:$PORT >second
echo "second run: $?"
outcomes second
pacs-store --resume second objects PACS@127.0.0.1:$PORT >third
echo "third run: $?"
outcomes third
pacs-store - PACS@127.0.0.1:$PORT <first >fourth
echo "records as input: $?"
outcomes fourth
pacs-store - OTHER@127.0.0.1:$PORT <third >fifth
echo "to another node: $?"
outcomes fifth
