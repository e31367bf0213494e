# What is less than safe is said in the log.
. "$PACS_SUPPORT/archived.sh"
start_archived --archive archive --listen 0 --aet ARCHIVE --durability os
stop_archived
grep -v '^{' archived.log
