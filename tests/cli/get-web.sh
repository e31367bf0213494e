# What a DICOMweb service has is fetched by WADO-RS, and what does not come is told.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
make_objects --count 6 --ascii objects >/dev/null
study=$(pacs-dump objects | jq -r .StudyInstanceUID | sort -u | sed 1q)
get() { # MODE WHAT...
    mode=$1
    shift
    rm -rf got
    start_web "$mode" --objects objects
    printf '%s: ' "$mode"
    pacs-get -q --retries 1 --retry-delay 1ms --timeout 2s "$WEB" "$@" -o got >records
    printf '%s ' $?
    tail -n 1 records | jq -c '[.announced, .retrieved, .missing, .reason]'
    stop_peers
}
same() { # each file that came is one that the service had
    for file in $(find got -name '*.dcm'); do
        cmp -s "$file" "$(grep -lrF "$(basename "$file" .dcm)" objects | sed 1q)" || echo "$file differs"
    done
}
get ok $study
same
jq -c 'select(.type!="summary") | [.type, .outcome, .via]' records | sort -u
for mode in part-cut parts-lf part-missing part-foreign part-twice no-parts empty zip-file \
    part-headers-endless part-swapped part-endless no-star never-acceptable \
    status-401 once-503 once-429 late; do
    get $mode $study --max-object-size 2MB
    jq -c 'select(.outcome=="failed" and .type!="summary") | [.type, .reason]' records | sort -u
    same
done
# an answer that is no multipart but the object itself
make_objects --count 1 --ascii one >/dev/null
alone=$(pacs-dump one | jq -r .StudyInstanceUID | sed 1q)
start_web one-object --objects one
pacs-get -q $WEB $alone -o single | jq -c '[.type, .outcome, .retrieved]'
cmp one/0000/000000.dcm "$(find single -name '*.dcm')"
stop_peers
start_web ok --objects objects
pacs-get -q $WEB $study -o - | tar tf - | wc -l
pacs-get $WEB $study -o got --via get
