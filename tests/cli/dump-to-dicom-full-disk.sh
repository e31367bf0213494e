# Objects that cannot be written, or that nobody reads any more, end the run.
make_objects --count 300 objects >/dev/null
pacs-dump --format dicom-json --bulk-threshold 1MB objects >objects.json
head -n 1 objects.json | pacs-dump --to-dicom >/dev/full
echo "$?"
pacs-dump --to-dicom objects.json >/dev/full
echo "$?"
{ pacs-dump --to-dicom objects.json; echo "$?" >status; } | head -c 1 >/dev/null
cat status
