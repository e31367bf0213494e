# Nothing more can be written: the objects fail, the run ends with 5, and no half of a file is left.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_getting well
pacs-get PACS@127.0.0.1:$PORT 1.2.1 -o - >/dev/full 2>err
echo "exit $?"
tail -n 1 err
trap '' XFSZ
(ulimit -f 1; exec pacs-get PACS@127.0.0.1:$PORT 1.2.1 -o got 2>/dev/null) | cat >records
jq -r 'select(.outcome=="failed" and .type!="summary").reason' records | grep -m 1 storage
tail -n 1 records | jq -c '[.type, .outcome, .retrieved, .exit_status]'
find got -type f | wc -l
pacs-get PACS@127.0.0.1:$PORT 1.2.1 -o /proc/nowhere
echo "exit $?"
