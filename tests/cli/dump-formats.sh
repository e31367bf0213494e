# One object in each format; of several objects, lines start with the file.
make_objects --count 2 objects >/dev/null
file=objects/0000/000000.dcm
for format in ndjson dicom-json path table; do
    pacs-dump --format $format $file
done
pacs-dump --format path --select PatientID objects
