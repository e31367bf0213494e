# What contradicts itself in an archive: one study, two patients; one UID, two contents; one series in two studies.
# A rebuilt index knows it too, whichever object it finds first.
# needs: sqlite3 jq
. "$PACS_SUPPORT/archived.sh"
make_objects --count 12 --ascii --per-series 4 --per-study 1 tree >/dev/null
say() {
    sqlite3 -readonly "$1" "SELECT * FROM patients ORDER BY 1, 2; SELECT * FROM studies ORDER BY StudyInstanceUID;
        SELECT * FROM series ORDER BY SeriesInstanceUID, 2; SELECT SOPInstanceUID, path, sha256, received FROM instances ORDER BY 1;
        SELECT p.identity, s.study_instance_uid FROM study_row s JOIN patient_row p ON p.id = s.patient ORDER BY 2;
        SELECT i.sop_instance_uid, s.study_instance_uid, o.patient_id, o.issuer_of_patient_id, o.patient_name FROM other_patient o
            JOIN instance_row i ON i.id = o.instance JOIN study_row s ON s.id = o.study ORDER BY 1;
        SELECT kind, key, count(*) FROM name_key GROUP BY 1, 2 ORDER BY 1, 2"
}
start_archived --archive archive --listen 0 --aet ARCHIVE
store() { pacs-store -q -j 1 "$@" "ARCHIVE@127.0.0.1:$port" >>stored; }
conflicts() { pacs-index conflicts archive | jq -c '[.type, .outcome, .reason, .patients, .studies, .found, .exit_status, (.path // "" | .[:17])]' | sed 's/2\.25\.[0-9]*/UID/g'; }
# the last objects of the first two studies come first, for other patients; so the rebuild, in the order of names, meets others
store tree/0000/000003.dcm --set PatientID=OTHER --set PatientName=Other^One
store tree/0000/000007.dcm --set PatientID= --set PatientName=Without^ID
store tree
conflicts
# another content for one that is there, and one series under another study
store tree/0000/000011.dcm --set StudyDescription=changed
uid=$(pacs-index scan tree/0000/000010.dcm | jq -r '.SOPInstanceUID // empty')
LC_ALL=C sed "s/$uid/1${uid#2}/g" tree/0000/000010.dcm >other.dcm
store other.dcm --set StudyInstanceUID=1.2.3
conflicts | tail -n 5
kill "$daemon"
wait "$daemon"
say archive/index.db >before
pacs-index rebuild archive | jq -c 'select(.type=="rebuilt") | [.outcome, .instances]'
say archive/index.db >after
diff before after && echo "the same"
conflicts | tail -n 1
# once the first ones are replaced by objects that agree, only the index contradicts them, until it is made again
start_archived --archive archive --listen 0 --aet ARCHIVE --on-conflict replace
store tree
conflicts | grep several_patients | jq -c '.[3]'
kill "$daemon"
wait "$daemon"
pacs-index rebuild archive | jq -c 'select(.type=="rebuilt") | [.outcome, .instances]'
conflicts | grep -c several_patients
sqlite3 -readonly archive/index.db 'SELECT count(*) FROM other_patient; PRAGMA integrity_check'
