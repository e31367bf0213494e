# What a DICOMweb service is asked, and what is made of its answers.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
find() { pacs-find -q "$@" >records; printf '%s ' $?; tail -n 1 records | jq -c '[.answers, .truncated, .http_status, .questions, .complete]'; }
asked() { jq -r '.method + " " + .path + " " + .query' web.log; rm web.log; }
start_web ok
find $WEB --only
jq -c 'select(.type=="study") | [.StudyInstanceUID, .PatientID]' records
asked
find $WEB --only --limit 2
find $WEB --only --limit 3
asked
find $WEB --only StudyInstanceUID=1.2.3.1 StudyInstanceUID=1.2.3.3 PatientName='Müller^*' --since 2024-01-01 --until 2024-01-31 --fuzzy
asked
find $WEB --only --modality CT --modality MR
asked
find $WEB --only --level series --study 1.2.3.1
find $WEB --only --level instance --study 1.2.3.1 --series 1.2.3.1.1
asked
printf '%s\n' 1.2.3.1 1.2.3.2 '{"StudyInstanceUID":"1.2.3.9"}' | pacs-find -q $WEB --only - | jq -c '[.type, .outcome, .reason, .StudyInstanceUID]'
find $WEB --complete --only
stop_peers
# a cap that is told, one that is not, one without a way around it
for mode in capped capped-silently capped-no-offset; do
    start_web $mode
    printf '%s: ' $mode
    find $WEB --only
    sed 1q records | jq -c .type
    stop_peers
done
pacs-find $WEB --level patient
pacs-find http://user:sesame@127.0.0.1/dw
pacs-find http://127.0.0.1/dw?limit=1
pacs-find http://127.0.0.1/dw --tls
