# What cannot be printed is a failure, and ends the run.
make_objects --count 3 objects >/dev/null
pacs-dump objects >/dev/full
echo "$?"
pacs-dump --format dicom-json objects >/dev/full
