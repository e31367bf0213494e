# What is no DICOM: status 4 when there is nothing else, 1 when it was named beside objects, 0 when it was
# found in a folder with some. Other formats tell it on standard error.
make_objects --count 1 objects >/dev/null
echo "no object" >objects/notes.txt
pacs-dump objects/notes.txt
echo "$?"
pacs-dump --format dicom-json objects/notes.txt
echo "$?"
pacs-dump --select PatientID objects/notes.txt objects/0000/000000.dcm
echo "$?"
pacs-dump --select PatientID objects
echo "$?"
printf '\0\1\2\3' | pacs-dump -
