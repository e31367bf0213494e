# Straight into an archive: as the bytes are, known objects are skipped, a daemon keeps us out.
# needs: jq
. "$PACS_SUPPORT/archived.sh"
make_objects --count 4 objects >/dev/null
start_archived --archive archive --listen 0 --aet ARCHIVE
pacs-store objects archive | jq -c '[.type, .outcome, .exit_status]'
stop_archived >/dev/null
show() {
    jq -c '[.type, .outcome, .reason, .status, .bytes]' records | sort | uniq -c
}
pacs-store --dry-run objects archive >records; echo "dry run: $?"; show
pacs-store objects archive >records; echo "first: $?"; show
pacs-store objects archive >records; echo "again: $?"; show
pacs-store --skip-existing objects archive >records; echo "asked: $?"; show
pacs-store --set PatientID=OTHER objects archive >records; echo "other content: $?"; show
pacs-store --set PatientID=OTHER --on-conflict reject objects archive >records; echo "rejected: $?"; show
find archive/objects -type f | wc -l
