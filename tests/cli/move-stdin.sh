# Records and bare UIDs on standard input; what is named twice, or is part of what was, is moved once.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_peer '{"find": {"answers": 1, "identifier": "counted"}, "move": {}}'
uid=2.25.100000000000000000000
{
    echo "$uid"
    echo "{\"type\":\"study\",\"StudyInstanceUID\":\"$uid\",\"mine\":7}"
    echo "{\"type\":\"series\",\"note\":\"no unique key\"}"
} | pacs-move PACS@127.0.0.1:$PORT DEST - | jq -c '[.type, .outcome, .reason, .StudyInstanceUID, .note]'
echo broken{ | pacs-move -q PACS@127.0.0.1:$PORT DEST - >records
echo "exit $?"
