# What is no DICOM JSON is told with the attribute, one object for itself, and the rest goes on.
# needs: jq python3
cat >bad.json <<'JSON'
{"00080016":{"vr":"UI","Value":["1.2.840.10008.5.1.4.1.1.7"]},"00080018":{"vr":"UI","Value":["1.2.3"]}}
this is no JSON
{"type":"instance","PatientID":"1"}
{"00100010":{"vr":"PN","Value":["A"]}
{"00080018":{"vr":"UI","Value":["1.2.4"]},"00020002":{"vr":"UI","Value":["1.2.5"]}}
{"0010001":{"vr":"LO"}}
{"00100020":{"Value":["x"]}}
{"00100020":{"vr":"XX","Value":["x"]}}
{"00100020":{"vr":"LO","Value":"x"}}
{"00100020":{"vr":"LO","Value":[1]}}
{"00100020":{"vr":"LO","Value":["a\\b"]}}
{"00100020":{"vr":"LO","Values":["x"]}}
{"00100020":{"vr":"LO"},"00100020":{"vr":"LO"}}
{"00280010":{"vr":"US","Value":[70000]}}
{"00280010":{"vr":"US","Value":[1.5]}}
{"00280010":{"vr":"US","Value":[null]}}
{"00280010":{"vr":"US","Value":[+1]}}
{"00280009":{"vr":"AT","Value":["0018"]}}
{"00400275":{"vr":"SQ","Value":[{"00400009":{"vr":"SH","Value":[{}]}}]}}
{"00420011":{"vr":"OB","InlineBinary":"AAA"}}
{"00420011":{"vr":"OB","InlineBinary":"AAAA","BulkDataURI":"file:///x"}}
{"00420011":{"vr":"OB","Value":[1]}}
{"00000002":{"vr":"UI"}}
{"00100020":{"vr":"LO","Value":["ÿ"]}}
JSON
printf '{"00100020":{"vr":"LO","Value":["\377"]}}\n{"00081140":{"vr":' >>bad.json
pacs-dump --to-dicom bad.json -o made/ | jq -c '[.outcome, .reason, .message, .member, .path, .exit_status]'
pacs-dump --to-dicom bad.json >one.dcm 2>messages
echo "$? $(wc -l <messages)"
pacs-dump --select SOPInstanceUID one.dcm
python3 -c 'print("{\"00081140\":{\"vr\":\"SQ\",\"Value\":[" * 10000)' | pacs-dump --to-dicom
echo "$?"
pacs-dump --to-dicom nothing.json
echo "$?"
echo '{"00080016":{"vr":"UI","Value":["1.2.840.10008.5.1.4.1.1.7"]},"00080018":{"vr":"UI","Value":["1.2.3"]},"7FE00010":{"vr":"OB","InlineBinary":"/v8A4AAAAAA="}}' >items.json
pacs-dump --to-dicom items.json
echo "$?"
pacs-dump --to-dicom --transfer-syntax 1.2.840.10008.1.2.5 items.json | pacs-dump --format path --select PixelData -
pacs-dump --to-dicom --transfer-syntax RLE items.json
