# DICOM JSON to objects and back: the same JSON again, and a file for each in a folder that nobody
# overwrites. One object on a pipe is a file, several are a tar stream.
# needs: jq
make_objects --odd odd >/dev/null
make_objects --count 2 --ascii objects >/dev/null
print() { pacs-dump --format dicom-json --bulk-threshold 64MiB "$@"; }
for file in rle deflated big implicit private-elements nested-30 empty-sequence empty-patient; do
    print --meta odd/legal/$file.dcm >there.json
    pacs-dump --to-dicom there.json >back.dcm || echo "exit $?"
    print odd/legal/$file.dcm >there.json
    print back.dcm | cmp - there.json
    pacs-dump --format path --select 0002,0010 back.dcm
done
print objects >two.json
pacs-dump --to-dicom two.json -o made/ | sed 's/2\.25\.[0-9]*/UID/g'
echo "$?"
pacs-dump --to-dicom two.json -o made | sed 's/2\.25\.[0-9]*/UID/g'
print made | sort >back.json
sort two.json | cmp - back.json
jq -s . two.json | pacs-dump --to-dicom | tar tf - | sed 's/[0-9]*\.dcm/N.dcm/; s/2\.25\.[0-9]*/UID/g'
head -n 1 two.json | pacs-dump --to-dicom | pacs-dump - --select PatientID
pacs-dump --to-dicom -o one.dcm two.json | jq -c '[.outcome, .reason, .path, .exit_status]'
