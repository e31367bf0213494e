# A daemon, its folder and its index give the same answers at every level; a stream of records asks on.
# needs: jq
. "$PACS_SUPPORT/archived.sh"
make_objects --count 120 --per-series 3 --per-study 2 made >/dev/null
start_archived --archive archive --listen 0 --aet ARCHIVE
pacs-store -q made ARCHIVE@127.0.0.1:$port >/dev/null || exit
answers() { # SOURCE OPTION...: without what only a server says, or only a folder
    pacs-find "$@" | jq -cS 'select(.type!="summary") | del(.node, .RetrieveAETitle, .path, .size, .sha256)' | LC_ALL=C sort
}
for question in "" "--level patient" "--name gorseby" "--name *gwen" "--name Müß" "--modality CT" "--date 20150101-20201231" "--patient-id T1-000001" \
    "--level series --relational --modality CT" "--level instance --relational InstanceNumber=2" \
    "--patient-root --patient-id T1-000001" "--fuzzy --name LOS" "--fuzzy --name jorg" "PatientSex=F --only" \
    '--level series --relational SeriesDate=""'; do
    answers ARCHIVE@127.0.0.1:$port $question >server
    answers archive $question >folder
    answers archive/index.db $question >index
    cmp server folder && cmp folder index && echo "$question: $(wc -l <server)"
done
pacs-find archive --limit 2 | pacs-find ARCHIVE@127.0.0.1:$port - --level series | jq -r .type | sort | uniq -c
pacs-find archive --limit 2 | pacs-find archive - --level series | pacs-find archive - --level instance | tail -n 1 | jq -c '[.answers, .outcome]'
echo 1.2.3 | pacs-find archive -
echo "$?"
