# The reader goes away: quiet, and the status a shell gives for SIGPIPE.
make_objects --count 300 objects >/dev/null
{ pacs-dump objects; echo "$?" >status; } | head -n 1 >/dev/null
cat status
