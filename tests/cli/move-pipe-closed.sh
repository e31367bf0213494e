# The reader goes away: the move that runs is cancelled, no other one begins, quiet.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_peer '{"find": {"answers": 2000, "identifier": "counted"}, "move": {}}'
{ pacs-move PACS@127.0.0.1:$PORT DEST StudyDate=20240131; echo "$?" >status; } | head -n 1 >/dev/null
cat status
[ "$(grep -c '"command": "0021"' peer.log)" -lt 2000 ] && echo "not all were moved"
