# needs: jq
# Two objects are compared by what they say, not by how they are encoded.
make_objects explicit --count 2 >/dev/null
make_objects rle --count 2 --syntax rle >/dev/null
one=explicit/0000/000000.dcm other=explicit/0000/000001.dcm
pacs-dump --diff $one rle/0000/000000.dcm
echo "$?"
pacs-dump --diff $one $other | jq -c 'del(.left_content_sha256, .right_content_sha256)'
pacs-dump --diff --format table $one $other
echo "$?"

# what is ignored is counted
pacs-dump --diff --ignore SOPInstanceUID --ignore InstanceNumber --ignore PixelData \
    --ignore ImagePositionPatient --ignore SliceLocation $one $other | tail -n 1 |
    jq -c '[.equal, .differences, .ignored]'

# one of the two may come by a pipe
pacs-dump --diff - $one <rle/0000/000000.dcm >/dev/null
echo "$?"
tar cf - $one | pacs-dump --diff $other - >/dev/null
echo "$?"

# added, removed, and items of sequences
dicom_json() { pacs-dump --format dicom-json --bulk-threshold 64MiB $one | jq -c "$1" | pacs-dump --to-dicom; }
dicom_json 'del(.["00100010"]) | .["00081032"] = {"vr":"SQ","Value":[{"00080100":{"vr":"SH","Value":["A"]}},{}]}' >a.dcm
dicom_json '.["00081032"] = {"vr":"SQ","Value":[{"00080100":{"vr":"SH","Value":["B"]}}]}' >b.dcm
pacs-dump --diff a.dcm b.dcm | jq -c 'select(.type=="difference") | [.change, .name, .left, .right]'
pacs-dump --diff a.dcm b.dcm --ignore 'ProcedureCodeSequence[1]' --ignore PatientName | jq -c '[.change, .name, .ignored]'
pacs-dump --diff a.dcm b.dcm --ignore ProcedureCodeSequence --ignore PatientName | jq -c '[.equal, .differences, .ignored]'

# what cannot be compared
echo "no object" >text
head -c 3000 $one >cut.dcm
for word in text cut.dcm missing.dcm explicit; do
    pacs-dump --diff $one $word | jq -c '[.message, .exit_status]'
done
pacs-dump --diff $one
echo "$?"
pacs-dump --diff - - </dev/null
echo "$?"
pacs-dump --diff --format path $one $other
echo "$?"
pacs-dump --ignore PatientID $one
echo "$?"
pacs-dump --diff --select PatientID $one $other
echo "$?"
