# Answers of an index and of an archive say where the object is, so that it can be sent from there; a member of
# a tar file names that, and a name of any bytes can be opened.
# needs: python3 jq tar
. "$PACS_SUPPORT/peer.sh"
make_objects --count 6 --ascii --per-study 1 --per-series 6 tree >/dev/null
mv tree/0000/000000.dcm "$(printf 'tree/0000/\377.dcm')"
tar cf tree/more.tar -C tree/0000 000005.dcm && rm tree/0000/000005.dcm
pacs-index scan tree --index x.db --digest file >records
place() { jq -c 'select(.type=="instance") | [.InstanceNumber, .path, (.path_base64 // "" | @base64d), .archive, .member, .size, (.sha256 | length)]' | sed "s|$PWD|HERE|g"; }
pacs-find x.db --level instance --relational InstanceNumber --only | place
pacs-find x.db --level series --relational | jq -c 'select(.type=="series") | has("path")'
start_peer ok
pacs-find x.db --level instance --relational | pacs-store - PACS@127.0.0.1:$PORT | jq -c '[.type, .outcome, .reason, .ok]' | sort | uniq -c | tr -s ' '
. "$PACS_SUPPORT/archived.sh"
start_archived --archive archive --listen 0 --aet ARCHIVE
pacs-store -q tree ARCHIVE@127.0.0.1:$port >stored
for source in archive archive/index.db; do
    pacs-find $source --level instance --relational --only InstanceNumber | jq -r 'select(.path) | .sha256 + "  " + .path' | sha256sum -c | grep -c OK
done
# what a record came with about another place is not kept beside it
pacs-index scan tree | pacs-find archive - --level instance 2>err | jq -c 'select(.outcome=="ok" and .type=="instance") | (.path | startswith("archive/objects/"))' | sort | uniq -c
