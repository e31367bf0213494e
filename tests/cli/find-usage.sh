# What cannot be asked is said before anything is sent, exit 2.
for words in "" "NOBODY@127.0.0.1" "nowhere" "https://example.org/dicom-web?limit=1" "P@127.0.0.1:1 NoSuchKeyword=1" \
    "P@127.0.0.1:1 StudyDate=25june" "P@127.0.0.1:1 --level image" "P@127.0.0.1:1 --level series" \
    "P@127.0.0.1:1 --series 1.2" "P@127.0.0.1:1 --study abc" "P@127.0.0.1:1 --since 7h" \
    "P@127.0.0.1:1 --date today --since 7d" "P@127.0.0.1:1 --limit -1" "P@127.0.0.1:1 --charset KLINGON" \
    "P@127.0.0.1:1 --max-duration never" "P@127.0.0.1:1 - --explain" "P@127.0.0.1:1 --patient-root" \
    "P@127.0.0.1:1 --complete --limit 5" "P@127.0.0.1:1 --expand study" "P@127.0.0.1:1 --expand patient" \
    "P@127.0.0.1:1 --max-queries 0" "--nonsense"; do
    echo "pacs-find $words" >&2
    pacs-find $words
    echo "$?" >&2
done
pacs-find P@127.0.0.1:1 --charset 'ISO_IR 100' 'PatientName=山田'
echo "$?" >&2
