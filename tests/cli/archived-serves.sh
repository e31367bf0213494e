# Starts, answers, and stops in good order: the records, the log line of an association.
. "$PACS_SUPPORT/archived.sh"
start_archived --archive archive --listen 0 --aet ARCHIVE
echo "$listening"
pacs-echo --format ndjson "ARCHIVE@127.0.0.1:$port" >/dev/null && echo answered
pacs-echo --format ndjson "OTHER@127.0.0.1:$port" >/dev/null 2>&1 || echo refused
stop_archived
grep '"type":"association"' archived.log | sed -E 's/"(time|port|seconds|bytes_in|bytes_out|implementation)":[^,}]*/"\1":N/g; s/127.0.0.1:[0-9]+/127.0.0.1:N/g'
ls archive | grep -v index.db-
