# needs: jq
# The content digest is the same in every encoding of an object, that of the file is not.
for syntax in explicit implicit big deflated rle; do
    make_objects $syntax --count 3 --syntax $syntax >/dev/null
done
pacs-dump --digest content --select PatientID explicit | jq -r 'select(.content_sha256) | .content_sha256' >first
for syntax in implicit deflated rle; do
    pacs-dump --digest content --digest file --select PatientID $syntax >records
    jq -r 'select(.content_sha256) | .content_sha256' records | cmp - first && echo "$syntax: the same content"
    jq -r 'select(.path) | .sha256 + "  " + .path' records | sha256sum --check --quiet && echo "$syntax: the digests of the files"
done
sort -u first | wc -l
# big endian ones have other pixels, made of the same bytes
pacs-dump --diff explicit/0000/000000.dcm big/0000/000000.dcm | jq -r 'select(.type=="difference") | .name'

# of a tar stream, and of an object that is damaged
tar cf - --sort=name rle | pacs-dump --digest content --select PatientID - |
    jq -r 'select(.content_sha256) | .content_sha256' | cmp - first && echo "tar: the same content"
head -c 3000 explicit/0000/000000.dcm >cut.dcm
pacs-dump --digest content --select PatientID cut.dcm | jq -c '[.type, .outcome, .content_sha256, .content_note]'

# nothing else has room for it
pacs-dump --digest content --format path explicit
echo "$?"
pacs-dump --digest md5 explicit
echo "$?"
pacs-dump --digest content --to-dicom x.json
echo "$?"
