# A file of 8 GiB with nothing in it, sockets, a loop of links, and a folder that cannot be read: each is said, in no
# time, and loses nothing in the index.
# needs: jq python3 setpriv sqlite3
make_objects --count 4 --ascii tree >/dev/null
cd tree/0000
show() { jq -c '[.type, .outcome, .reason, .path, .size, .files, .objects, .unchanged, .removed, .exit_status] | map(select(. != null))'; }
cp 000000.dcm large.dcm
truncate -s 8G large.dcm
truncate -s 8G zeros.dcm
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
ln -s loop loop
mkdir a
ln -s ../a a/back
ln -s ../000001.dcm a/link.dcm
timeout 20 pacs-index scan . | show
rm large.dcm zeros.dcm socket loop
# root may read everything, unless it gives that up
unprivileged() { if [ "$(id -u)" = 0 ]; then setpriv --bounding-set=-dac_override,-dac_read_search "$@"; else "$@"; fi; }
pacs-index scan . --index ../../x.db >../records
chmod 000 a 000002.dcm
touch 000002.dcm
unprivileged pacs-index scan . --index ../../x.db | show
sqlite3 -readonly ../../x.db 'SELECT count(*) FROM files'
chmod 755 a
chmod 644 000002.dcm
unprivileged pacs-index scan . --index ../../x.db | show
