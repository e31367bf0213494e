# Damaged objects: what could be read is there, the defect is told, and the rest goes on.
# needs: jq
make_objects --odd odd >/dev/null
pacs-dump odd/broken | jq -c '[.outcome, .reason, .message, .path, .PatientID, .exit_status]'
pacs-dump --format path odd/broken/truncated.dcm | tail -n 1
pacs-dump --format dicom-json odd/broken/nested-10000.dcm odd/legal/nested-30.dcm | jq -c '."00080060"'
pacs-dump odd/legal | jq -c '[.outcome, .path, .repaired, .transfer_syntax]'
# a name and a value that would steer a terminal or break a line
name=$(printf 'odd/\033[31m\n.dcm')
cp odd/legal/no-preamble.dcm "$name"
for format in ndjson path table dicom-json; do
    pacs-dump --format $format --select PatientID "$name" odd/legal/rle.dcm | cat -v
done
