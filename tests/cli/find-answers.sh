# Records, a table and DICOM JSON of the same answers; what terminals obey is harmless in all.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_peer find-escape
for format in ndjson table dicom-json; do
    pacs-find PACS@127.0.0.1:$PORT --format $format --limit 1 | cat -v
done
stop_peers
start_peer find-japanese
pacs-find PACS@127.0.0.1:$PORT --format table
pacs-find PACS@127.0.0.1:$PORT --limit 1 --format dicom-json
stop_peers
start_peer ok
pacs-find PACS@127.0.0.1:$PORT --patient-id P000001
pacs-find PACS@127.0.0.1:$PORT --since 20250101 --format table
