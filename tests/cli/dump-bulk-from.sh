# References are followed into the folders that were named for them, and nowhere else.
# needs: jq
make_objects --odd odd >/dev/null
mkdir empty secret inside
echo "do not tell" >secret/key
ln -s ../secret/key inside/link
print() { pacs-dump --format dicom-json --meta --bulk-threshold 100 "$@"; }
for file in rle implicit private-elements; do
    print odd/legal/$file.dcm >there.json
    pacs-dump --to-dicom --bulk-from odd there.json >back.dcm
    pacs-dump --format dicom-json --bulk-threshold 1MB odd/legal/$file.dcm >there.json
    pacs-dump --format dicom-json --bulk-threshold 1MB back.dcm | cmp - there.json
done
print odd/legal/rle.dcm >rle.json
refused() { # BULK_FROM URI
    jq -c --arg uri "$2" '."7FE00010".BulkDataURI = $uri' rle.json >bad.json
    pacs-dump --to-dicom $1 bad.json >out
    echo "$? $(wc -c <out)"
}
here=$PWD
refused "" "file://$here/odd/legal/rle.dcm?offset=922&length=1148"
refused "--bulk-from empty" "file://$here/odd/legal/rle.dcm?offset=922&length=1148"
refused "--bulk-from inside" "file://$here/inside/link"
refused "--bulk-from inside" "file://$here/inside/../secret/key"
refused "--bulk-from odd" "file://$here/odd/legal/rle.dcm?offset=922&length=9999"
refused "--bulk-from odd" "file://$here/odd/legal/missing.dcm"
refused "--bulk-from odd" "file://$here/odd/legal"
refused "--bulk-from odd" "http://localhost/bulk/1"
refused "--bulk-from odd" "odd/legal/rle.dcm"
pacs-dump --to-dicom --bulk-from nowhere rle.json
