pacs-archived --listen 0 --aet ARCHIVE; echo "no archive: $?"
pacs-archived --archive a --listen 0; echo "no title: $?"
pacs-archived --archive a --aet ARCHIVE; echo "no address: $?"
pacs-archived --archive a --aet ARCHIVE --listen nonsense; echo "no port: $?"
pacs-archived --archive a --aet A_TITLE_FAR_TOO_LONG --listen 0; echo "long title: $?"
pacs-archived --archive a --aet ARCHIVE --listen 0 --durability sometimes; echo "durability: $?"
pacs-archived --archive a --aet ARCHIVE --listen 0 --min-free 101%; echo "min-free: $?"
ls
