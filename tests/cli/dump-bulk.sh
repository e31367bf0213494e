# Bytes beyond the threshold are pointed at, and lie where the reference says; encapsulated ones with
# their item headers. Deflated and big endian objects have no such place: DICOM JSON prints the bytes.
# needs: jq
make_objects --odd odd >/dev/null
for file in rle implicit private-elements; do
    pacs-dump --format dicom-json --bulk-threshold 100 odd/legal/$file.dcm |
        jq -c '[.["7FE00010"], .["00291001"]]' | sed 's|file://.*/odd|odd|'
done
reference=$(pacs-dump --format dicom-json --bulk-threshold 0 odd/legal/rle.dcm | jq -r '."7FE00010".BulkDataURI')
offset=${reference##*offset=} length=${reference##*length=}
tail -c "+$((${offset%&*} + 1))" odd/legal/rle.dcm | head -c "$length" >pointed
pacs-dump --format dicom-json --bulk-threshold 1MB odd/legal/rle.dcm | jq -r '."7FE00010".InlineBinary' | base64 -d | cmp - pointed
od -A d -t x1 -N 24 pointed
for file in deflated big; do
    pacs-dump --format dicom-json --bulk-threshold 0 odd/legal/$file.dcm | jq -c '."7FE00010" | [keys, (.InlineBinary | length)]'
    pacs-dump --bulk-threshold 0 odd/legal/$file.dcm | jq -c 'select(.PixelData) | .PixelData'
done
