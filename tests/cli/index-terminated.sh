# SIGTERM: what was committed is consistent, the exit status says so, and the next scan goes on.
# needs: mkfifo sqlite3
make_objects --count 50 --ascii tree >/dev/null
mkfifo pipe
pacs-index scan - tree --index x.db <pipe >records &
index=$!
exec 3>pipe
find tree -name '00000*.dcm' | sort >&3
# the records of what was named are out before more is read
timeout 20 sh -c 'until grep -q 000009 records; do sleep 0.05; done'
kill -TERM $index
wait $index
echo "$?"
exec 3>&-
tail -n 1 records | grep -o '"exit_status":143'
sqlite3 -readonly x.db 'PRAGMA integrity_check; SELECT count(*) FROM instances'
pacs-index scan tree --index x.db | tail -n 1 | grep -oE '"(added|unchanged)":[0-9]+'
