# Standard input: a tar stream, one object, records that keep what they came with, paths.
# needs: jq
make_objects --count 3 --ascii objects >/dev/null
show() { jq -c '[.type, .outcome, .path // .member, .InstanceNumber, .PixelData, .extra, .StudyID]'; }
tar --sort=name -cf - objects | pacs-dump - | show
pacs-dump - <objects/0000/000001.dcm | show
echo '{"type":"found","path":"objects/0000/000002.dcm","extra":[1],"StudyID":"other"}' | pacs-dump - | show
find objects -name '*.dcm' | sort | pacs-dump - | show
pacs-dump --format dicom-json --select PixelData - <objects/0000/000001.dcm | jq '."7FE00010" | .InlineBinary | length'
# one that is too large for memory lies in a file without a name: nothing can point into that
make_objects --count 1 --ascii --bytes 3000000 large >/dev/null
pacs-dump - <large/0000/000000.dcm | show
pacs-dump --format dicom-json --bulk-threshold 0 - <large/0000/000000.dcm | jq '."7FE00010" | .InlineBinary | length'
