# A reader that goes away ends the scan quietly, and the index is sound.
make_objects --count 300 --ascii tree >/dev/null
{ pacs-index scan tree --index x.db; echo "$?" >status; } | head -n 1 | cut -c1-33
grep -xE '0|141' status >known && echo quiet
sqlite3 -readonly x.db 'PRAGMA integrity_check'
pacs-index scan tree --index x.db | tail -n 1 | grep -o '"files":300,"objects":300'
