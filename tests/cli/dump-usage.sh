# What cannot be asked for is refused before anything is read.
pacs-dump
echo "$?"
pacs-dump --select NoSuchKeyword x.dcm
echo "$?"
pacs-dump --select 'RequestAttributesSequence[0].StudyID' x.dcm
echo "$?"
pacs-dump --format xml x.dcm
echo "$?"
pacs-dump --bulk-threshold much x.dcm
echo "$?"
pacs-dump - -
echo "$?"
pacs-dump nothing.dcm
