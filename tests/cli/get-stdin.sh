# Records of every level, and UIDs, on standard input; what was asked for by an instance is asked for as
# one, and nothing twice. The record keeps what it came with.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_getting well
{
    echo '{"type":"study","outcome":"ok","StudyInstanceUID":"1.2.1","mine":7}'
    echo '{"type":"series","StudyInstanceUID":"1.2.1","SeriesInstanceUID":"1.2.1.1"}'
    echo 1.2.1
    echo '{"type":"instance","StudyInstanceUID":"1.2.2","SeriesInstanceUID":"1.2.2.1","SOPInstanceUID":"1.2.2.1.3","SOPClassUID":"1.2.840.10008.5.1.4.1.1.2"}'
    echo '{"type":"instance","StudyInstanceUID":"1.2.2","SeriesInstanceUID":"1.2.2.2","SOPInstanceUID":"1.2.2.2.9"}'
    echo '{"type":"instance","StudyInstanceUID":"1.2.2","SeriesInstanceUID":"1.2.2.2","SOPInstanceUID":"1.2.2.2.1"}'
    echo '{"type":"series","SeriesInstanceUID":"1.2.2.2"}'
    echo '{"type":"file","outcome":"skipped","path":"README","reason":"not_dicom"}'
    echo '{"type":"removed","path":"gone.dcm"}'
    echo '{"PatientID":"NOBODY"}'
    echo '{"type":"summary","outcome":"ok"}'
} | pacs-get PACS@127.0.0.1:$PORT - -o got | jq -c '[.type, .outcome, .reason, .SOPInstanceUID, .mine, .announced, .retrieved]' | sort
jq -c 'select(.event=="get") | [.level, .instances]' peer.log
pacs-find PACS@127.0.0.1:$PORT PatientID=P1 | pacs-get PACS@127.0.0.1:$PORT - -o other | tail -n 1 |
    jq -c '[.outcome, .retrieved]'
echo broken{ | pacs-get -q PACS@127.0.0.1:$PORT - -o got >records
echo "exit $?"
echo some/path | pacs-get -q PACS@127.0.0.1:$PORT - -o got >records
echo "exit $?"
