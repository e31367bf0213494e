# A study comes into a folder, each file whole, each object with its record; once more there is nothing
# to be done; what was taken away comes alone.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_getting well
pacs-get PACS@127.0.0.1:$PORT 1.2.1 -o got >records
jq -c 'del(.sha256, .seconds)' records | sort
find got -type f | sort
pacs-dump got | jq -r 'select(.type=="instance").SOPInstanceUID' | sort | tr '\n' ' '
echo
jq -r 'select(.path) | "\(.sha256)  \(.path)"' records | sha256sum -c --quiet && echo "digests as told"
rm got/1.2.1/1.2.1.2/1.2.1.2.2.dcm
pacs-get PACS@127.0.0.1:$PORT --study 1.2.1 -o got | jq -c '[.type, .outcome, .reason, .SOPInstanceUID]' | sort
jq -c 'select(.event=="get") | [.level, .instances]' peer.log
