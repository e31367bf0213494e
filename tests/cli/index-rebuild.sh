# A rebuilt index says what the lost one said; damaged and foreign files are named; a daemon keeps it out.
# needs: sqlite3 jq
. "$PACS_SUPPORT/archived.sh"
make_objects --count 60 --seed 5 tree >/dev/null
say() {
    sqlite3 -readonly "$1" "SELECT * FROM patients ORDER BY 1, 2; SELECT * FROM studies ORDER BY StudyInstanceUID;
        SELECT * FROM series ORDER BY SeriesInstanceUID; SELECT SOPInstanceUID, StudyInstanceUID, SOPClassUID,
        TransferSyntaxUID, InstanceNumber, path, sha256, size, received FROM instances ORDER BY 1;
        SELECT kind, key, count(*) FROM name_key GROUP BY 1, 2 ORDER BY 1, 2"
}
start_archived --archive archive --listen 0 --aet ARCHIVE
pacs-index rebuild archive >records; echo "under a daemon: $?"
kill "$daemon"
wait "$daemon"
pacs-store -q tree archive >stored
say archive/index.db >before
pacs-index rebuild archive | jq -c 'del(.seconds)'
find archive -name 'index.db*'
say archive/index.db >after
cmp before after && echo "the same"
rm archive/index.db*
pacs-store -q tree archive | tail -n 1 | jq -c '{ok, skipped}'
say archive/index.db >after
cmp before after && echo "the same again"
# damage one, misplace another
one=$(find archive/objects -name '*.dcm' | sort | head -n 1)
two=$(find archive/objects -name '*.dcm' | sort | tail -n 1)
printf 'no object' >"$one"
mv "$two" "${two%.dcm}.copy"
pacs-index rebuild archive | jq -c 'select(.type=="rebuilt") | [.outcome, .reason, .instances, .set_aside, (.foreign | length)]'
ls archive/quarantine | wc -l
