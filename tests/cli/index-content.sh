# Content digests of a scan: in records, kept in an index and found again; what is twofold by them.
# needs: jq
make_objects --count 4 --ascii --seed 3 tree >/dev/null
make_objects --count 4 --ascii --seed 3 --syntax rle tree/rle >/dev/null
{ cat tree/0000/000003.dcm; printf '\0\0'; } >tree/zeros.dcm
head -c 3000 tree/0000/000002.dcm >tree/cut.dcm
said() { jq -c 'select(.type=="instance") | [.path, .change, (.sha256 | length), .content_sha256[:8], .content_note]' | sed "s|$PWD/||g"; }
pacs-index scan tree --digest content | said
pacs-index scan tree --index x.db | jq -c 'select(.type=="summary") | [.added, .copies]'
pacs-index duplicates x.db | jq -c '[.type, .compared, .found, .not_compared]'

# read again once for the digests, and not any more
scan() { pacs-index scan tree --index x.db "$@" | jq -c 'select(.type=="summary") | [.added, .changed, .unchanged]'; }
scan --digest content
scan --digest content
scan --digest file --digest content
pacs-index duplicates x.db | jq -c '[.type, .path, .first_path, .compared, .found, .not_compared]' | sed "s|$PWD/||g"
pacs-index conflicts x.db | jq -c '[.type, .reason, .path, .found]' | sed "s|$PWD/||g"
pacs-find x.db --level instance --relational --only InstanceNumber | jq -c 'select(.path) | [.InstanceNumber, .content_sha256[:8], (.sha256 | length)]'
sqlite3 -readonly x.db "SELECT count(*), count(content_sha256), count(DISTINCT content_sha256), max(content_note) FROM files"

# a record that comes with a digest of another encoding does not keep it
pacs-index scan tree/rle --digest content | pacs-index scan - | jq -c 'select(.type=="instance") | .content_sha256' | sort | uniq -c | tr -s ' '
pacs-index scan tree --digest
echo "$?"
