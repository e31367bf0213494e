# An index kept up to date: what is new, changed, gone; searched by pacs-find; twofold and contradictory files.
# needs: jq
make_objects --count 40 --ascii --seed 3 tree >/dev/null
summary() { tail -n 1 | jq -c '{files, added, changed, unchanged, removed, copies, exit_status}'; }
pacs-index scan tree --index x.db | summary
pacs-index scan tree --index x.db | summary
cp tree/0000/000001.dcm tree/0000/copy.dcm
{ cat tree/0000/000002.dcm; printf '\0\0'; } >tree/0000/other.dcm
rm tree/0000/000003.dcm
touch -d 2001-01-01 tree/0000/000004.dcm
pacs-index scan tree --index x.db | jq -c '[.type, .outcome, .change, .path]'
pacs-find x.db | jq -c '[.type, .NumberOfStudyRelatedInstances, .answers]'
pacs-index duplicates x.db | jq -c '[.type, .path, .compared, .found, .not_compared]' | sed "s|$PWD|HERE|g"
pacs-index scan -q --digest file tree --index x.db >records
pacs-index duplicates x.db | jq -c '[.type, .compared, .found, .found_bytes, .not_compared]'
pacs-index conflicts x.db | jq -c '[.type, .outcome, .reason, .found, .exit_status]'
echo "$?"
pacs-index stats x.db | jq -c '[.type, .attribute, .value, .instances, .files, .copies]'
sqlite3 -readonly x.db "SELECT count(*), sum(copy) FROM files; SELECT count(*) FROM instances WHERE path LIKE '/%'"
