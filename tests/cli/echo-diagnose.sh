# Step by step with a peer that is there, as text and as a record.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_peer ok
pacs-echo --diagnose --format table PACS@127.0.0.1:$PORT | sed -E 's/ +[0-9.]+ ms/ N ms/g'
pacs-echo --diagnose --count 3 PACS@127.0.0.1:$PORT >records
jq -c 'select(.type=="diagnosis") | .time="T" | .steps|=map(del(.ms)) | .addresses|=map(del(.ms))
    | .round_trips|=(del(.[keys[]|select(endswith("_ms"))]) + {times:[.min_ms<=.avg_ms, .avg_ms<=.max_ms]})' records
tail -n 1 records
# a name with one address, and one with none
pacs-echo --diagnose --format table PACS@no-such-host.invalid:104 | tail -n 2
echo "$?"
pacs-echo --diagnose PACS@no-such-host.invalid:104 NONE@127.0.0.1:1 PACS@127.0.0.1:$PORT >records
echo "$?"
jq -c '[.type, .node, .outcome, .reason, .exit_status]' records
