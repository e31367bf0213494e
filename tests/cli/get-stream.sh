# With -o - a tar stream goes out, object by object, that tar and pacs-store read; failures are told on
# standard error.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_getting well
pacs-get PACS@127.0.0.1:$PORT 1.2.2 -o - | tar tf -
pacs-get PACS@127.0.0.1:$PORT 1.2.2 1.2.1 -o - | pacs-dump - | jq -c '[.type, .outcome, .ok]' | sort | uniq -c
stop_peers
start_getting partly
pacs-get PACS@127.0.0.1:$PORT 1.2.2 -o - --retries 0 >stream.tar
echo "exit $?"
tar tf stream.tar | wc -l
