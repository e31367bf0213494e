# Nobody would learn the port: the daemon ends instead of serving unknown.
pacs-archived --archive archive --listen 0 --aet ARCHIVE >/dev/full 2>log; echo "exit $?"
grep -v '^{' log
