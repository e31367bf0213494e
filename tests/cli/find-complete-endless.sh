# --complete with a peer that answers for ever: the time for a question ends it.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
ask_capping studies=day lie=endless -- --max-duration 1s
gaps
