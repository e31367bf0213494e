# One of two answers: exit 1.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_peer ok
pacs-echo -q -n 2 -i 0 PACS@127.0.0.1:$PORT NONE@127.0.0.1:1 >records
status=$?
jq -c '[.type, .outcome, .reason, .sequence, .sent, .answered, .exit_status]' records | sort
exit $status
