# Objects to a DICOMweb service: batches, records, going on, and what becomes of each.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
make_objects --count 5 --ascii objects >/dev/null
store() { pacs-store -q --retry-delay 1ms "$@" >records; printf '%s ' $?; tail -n 1 records | jq -c '[.ok, .warning, .failed, .skipped]'; }
what() { jq -c 'select(.type!="summary") | [.type, .outcome, .reason, .status, .message]' records | sort | uniq -c | tr -s ' '; }
posts() { jq -c 'select(.method=="POST") | .parts' web.log | sort -n | uniq -c | tr -s ' ' | tr '\n' ','; echo; rm web.log; }
start_web ok
store --batch 2 objects $WEB
what
jq -s '[.[] | select(.method=="POST") | .parts] | [add, max < 3]' -c web.log
jq -c 'select(.type=="stored") | [.http_status, .attempts, .transfer_syntax, .node]' records | sort -u
mv records earlier
store --resume earlier objects $WEB
what
store --skip-existing objects $WEB
what
rm web.log
store --batch-size 1kB objects $WEB
posts
store --dry-run objects $WEB
what
posts
store --set PatientID=NEW objects $WEB
what
tar cf - objects | store -j 3 - $WEB
stop_peers
for mode in some-fail some-warn some-unnamed says-nothing xml-conflict too-large liar reset-upload status-400 status-413 status-500; do
    start_web $mode
    printf '%s: ' $mode
    store --retries 1 --batch 5 --timeout 20s objects $WEB 2>>said
    what
    stop_peers
done
# what is tried again
for mode in busy-once once-429 once-503; do
    start_web $mode
    printf '%s: ' $mode
    store --retries 2 objects $WEB 2>>said
    jq -c 'select(.type=="summary") | .retries > 0' records
    stop_peers
done
# what ends the run
for mode in status-401 status-403 status-404 status-415 status-503 late redirect close; do
    start_web $mode
    printf '%s: ' $mode
    store --retries 1 --batch 1 objects $WEB 2>>said
    what
    stop_peers
done
cat said >&2
# what has no meta header is sent with one
make_objects --odd odd >/dev/null
start_web ok
store --batch 1 odd $WEB
jq -c 'select(.repaired) | [.path, .outcome]' records | sort
# what is not taken in its transfer syntax is sent again in one that every service has, unless --as-is says no
make_objects --count 2 --ascii mixed >/dev/null
make_objects --count 4 --first 2 --ascii --syntax rle mixed >/dev/null
rm web.log
for mode in native-only native-only-415 never-syntax; do
    for how in "" --as-is; do
        start_web $mode
        printf '%s %s: ' $mode "$how"
        store --retries 1 --batch 3 $how mixed $WEB
        what
        jq -c 'select(.converted_from) | [.converted_from, .transfer_syntax, .attempts]' records | sort | uniq -c
        posts
        stop_peers
    done
done 2>>more
cat more >&2
