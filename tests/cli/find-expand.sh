# --expand walks down the tree; records keep what came above; with --complete all of it is proven.
# needs: jq
. "$PACS_SUPPORT/archived.sh"
make_objects --count 8 --per-series 2 made >/dev/null
start_archived --archive archive --listen 0 --aet ARCHIVE
pacs-store -q made ARCHIVE@127.0.0.1:$port >/dev/null || exit
types() { jq -rs 'group_by(.type) | map("\(.[0].type) \(length)") | join(", ")' "$1"; }
for source in archive ARCHIVE@127.0.0.1:$port; do
    pacs-find $source --expand series >series
    types series
    pacs-find $source --complete --expand instance SOPClassUID NumberOfFrames >tree || exit
    types tree
    jq -r 'select(.type=="summary") | .complete' tree
    jq -r 'select(.type=="instance") | [.StudyInstanceUID, .SeriesInstanceUID, .SOPInstanceUID, .PatientID, .Modality] | @tsv' tree | sort >$(basename $source | tr -dc a-zA-Z).instances
    # from records, too
    head -n 1 series | pacs-find $source - --expand series >below
    types below
done
cmp archive.instances ARCHIVE*.instances && echo the same
jq -r '.SOPInstanceUID // empty' tree | sort -u | wc -l
awk -F '\t' 'NF != 5 || /\t\t/' archive.instances
# the files that keep answers are nowhere when the disk is full or no folder is there
TMPDIR=/nonexistent pacs-find archive --expand series >/dev/null
echo "$?"
