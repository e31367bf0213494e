# What a peer takes: the same records from two runs, a table, and the truth when it breaks off.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
. "$PACS_SUPPORT/archived.sh"
start_peer accept-implicit-only
pacs-echo --capabilities PACS@127.0.0.1:$PORT >first
echo "$?"
pacs-echo --capabilities PACS@127.0.0.1:$PORT | diff first - && echo "nothing has changed"
jq -c 'select(.name=="CT Image Storage") | .rejected|=map_values(length)' first
jq -r 'select(.type=="capability") | [.roles, .scp, (.rejected|keys)] | tostring' first | sort | uniq -c
jq -c 'select(.type=="capabilities") | del(.node)' first
tail -n 1 first
pacs-echo --capabilities --format table PACS@127.0.0.1:$PORT | grep -E 'SOP CLASS|^CT Image'
# who is not there, rejects, or breaks off in the middle
pacs-echo --capabilities NONE@127.0.0.1:1 | jq -c '[.type, .outcome, .reason, .contexts_answered, .exit_status]'
start_peer reject-1-1-7
pacs-echo --capabilities PACS@127.0.0.1:$PORT >records
echo "$?"
jq -c '[.type, .outcome, .reason, .contexts_answered]' records
start_peer '{"associate": "abort", "times": 1}'
pacs-echo --capabilities PACS@127.0.0.1:$PORT | jq -c 'select(.type=="capabilities") | [.outcome, .reason]'
pacs-echo --capabilities --count 2 PACS@127.0.0.1:$PORT
echo "$?"
