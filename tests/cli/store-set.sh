# --set changes objects on their way, says so, and leaves the files alone.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
make_objects --count 1 objects >/dev/null
find objects -type f -exec sha256sum {} + >sums
start_peer ok
pacs-store --set PatientID=TRIAL-7 --set 0020000D=2.25.99 objects PACS@127.0.0.1:$PORT | jq -c '[.outcome, .StudyInstanceUID, .set]'
pacs-store --set PatientName=高山 objects PACS@127.0.0.1:$PORT | jq -c '[.outcome, .reason, .message]'
sha256sum -c --quiet sums
