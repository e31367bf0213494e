# A folder that holds something else is never made an archive, and nothing in it is touched.
mkdir photos
echo keep >photos/me.jpg
pacs-archived --archive photos --listen 0 --aet ARCHIVE; echo "folder: $?"
echo text >file
pacs-archived --archive file --listen 0 --aet ARCHIVE; echo "file: $?"
ls photos
cat file
