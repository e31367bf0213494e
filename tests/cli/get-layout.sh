# Names by a layout, and what an object does not say; a name that is taken by other content is kept.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_getting well
layout='{patient}/{modality}-{accession}/{instance}.dcm'
pacs-get PACS@127.0.0.1:$PORT PatientID=P2 -o got --layout "$layout" | tail -n 1 | jq -c '[.outcome, .retrieved]'
find got -type f | sort
echo other >got/P2/CT-none/1.2.2.1.1.dcm
again() {
    pacs-get PACS@127.0.0.1:$PORT PatientID=P2 -o got --layout "$layout" "$@" |
        jq -c 'select(.type=="summary" or .outcome=="failed") | [.outcome, .reason, .retrieved, .existed, .missing, .exit_status]'
}
again
cat got/P2/CT-none/1.2.2.1.1.dcm
again --replace
cmp got/P2/CT-none/1.2.2.1.1.dcm got/P2/CT-none/1.2.2.1.2.dcm | cut -c 1-40
