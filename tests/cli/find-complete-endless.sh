# --complete with a peer that answers for ever and does not stop when told to: the time for a question,
# and that for a peer to end it, are what it costs.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
ask_capping studies=day lie=endless -- --question-duration 1s --timeout 2s | sed 's/told.*/.../'
gaps
