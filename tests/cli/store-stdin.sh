# Standard input: a tar stream, one object, records of any kind; members pass through.
# needs: python3 jq tar
. "$PACS_SUPPORT/peer.sh"
make_objects --count 3 objects >/dev/null
one=$(find objects -type f | sort | head -n 1)
start_peer ok
show() {
    echo "$1: $?"
    jq -c 'del(.seconds, .StudyInstanceUID, .SeriesInstanceUID, .node)' records | sort
}
tar cf - --sort=name objects | pacs-store - PACS@127.0.0.1:$PORT >records
show tar
pacs-store - PACS@127.0.0.1:$PORT <"$one" >records
show object
{
    echo "{\"type\":\"instance\",\"path\":\"$one\",\"mine\":{\"a\":[1,2.50]},\"outcome\":\"failed\"}"
    echo "$one"
    printf '1.2.3\n{"type":"summary"}\n\n{broken\n{"path":"a\\u001b[2Jb"}\n'
} | pacs-store - PACS@127.0.0.1:$PORT >records
show records
pacs-store - PACS@127.0.0.1:$PORT </dev/null >records
show nothing
head -c 3000 /dev/zero | pacs-store - PACS@127.0.0.1:$PORT >records
show zeros
tar cf - --sort=name objects | head -c 9000 | pacs-store - PACS@127.0.0.1:$PORT >records
show "cut tar"
