# What the source says is held against what came: nothing is believed, what came stays.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
for mode in nothing counts-more less less-once failed stray partly abort close half die-once foreign swapped damaged \
    no-syntax no-get; do
    start_getting $mode
    pacs-get PACS@127.0.0.1:$PORT 1.2.1 -o $mode --retry-delay 1ms --retries 1 >records 2>err
    code=$?
    stop_peers
    echo "$mode: exit $code, files $(find $mode -type f 2>/dev/null | wc -l)," \
        "failed $(jq -r 'select(.outcome=="failed" and .type!="summary").reason' records | sort | uniq -c | tr -s ' \n' ' ')"
    tail -n 1 records | jq -c '[.announced, .retrieved, .missing, .not_asked, .retries]'
    sed -e 's/127.0.0.1:[0-9]*/PEER/' err | head -n 2
    rm peer.log
done
find . -name '.*part'
