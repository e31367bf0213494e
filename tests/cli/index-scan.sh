# Records of what is there: objects, damaged and foreign files, a tar file, a DICOMDIR's hint, names of any bytes.
# needs: jq tar mkfifo
make_objects --count 3 --ascii tree >/dev/null
cd tree/0000
show() { jq -c 'del(.seconds, .SOPInstanceUID, .StudyInstanceUID, .SeriesInstanceUID, .message) | {type, outcome, reason, path, path_base64, archive, member, size, Modality, records, ok, warning, failed, skipped, files, objects} | del(..|nulls)'; }
head -c 4000 000001.dcm >cut.dcm
echo hello >notes.txt
mkfifo pipe
tar cf more.tar 000000.dcm notes.txt
printf 'x' >"$(printf 'a\033[2J\n\377')"
pacs-index scan . | show
echo "status: $?"
tar cf - 000000.dcm 000001.dcm | pacs-index scan - | show
printf '000000.dcm\nabsent\n' | pacs-index scan - | show
pacs-index scan 000002.dcm --digest file --add BurnedInAnnotation --add BitsStored | jq -r '.sha256 // empty' | cut -c1-64 >digest
sha256sum 000002.dcm | cut -c1-64 | cmp - digest && echo digest
pacs-index scan --format dicom-json 000000.dcm | jq -c '."00080060"'
pacs-index scan --format table 000000.dcm notes.txt | cut -c1-60
