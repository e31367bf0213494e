# Where C-MOVE may send to: those named by --destination, nodes that may receive, and with --allow-any
# whoever asks; nothing else, and what makes no sense does not start.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
. "$PACS_SUPPORT/archived.sh"
make_objects --count 3 --per-series 3 objects >/dev/null
start_peer ok
ask() { # DESTINATION...
    for title in "$@"; do
        printf '%s: ' $title
        pacs-move -q --format ndjson --calling ASKER --retries 0 ARCHIVE@127.0.0.1:$port $title \
            'AccessionNumber=*' 2>/dev/null | jq -c 'select(.type=="moved") | [.outcome, .status, .completed, .failed]'
    done
}
cat >pacs.toml <<TOML
[node.one]
address = "NODE@127.0.0.1:$PORT"
allow = ["receive"]
[node.two]
address = "DENIED@127.0.0.1:$PORT"
allow = ["find"]
[node.three]
address = "TWICE@127.0.0.1:$PORT"
allow = ["receive"]
[node.four]
address = "TWICE@127.0.0.1:1"
allow = ["receive"]
TOML
start_archived --archive archive --aet ARCHIVE --listen 0 --config pacs.toml \
    --destination NAMED@127.0.0.1:$PORT --destination DOWN@127.0.0.1:1
pacs-store -q objects ARCHIVE@127.0.0.1:$port >/dev/null
ask NAMED NODE DENIED TWICE DOWN NOBODY named
stop_archived >/dev/null
grep -o 'several nodes.*' archived.log
echo "-- whoever asks, at a port of the setting"
start_archived --archive archive --aet ARCHIVE --listen 0 --allow-any --allow-any-port $PORT
ask NOBODY ANYBODY
stop_archived >/dev/null
jq -r 'select(.event=="associate") | [.calling, .called] | join(" to ")' peer.log | sort | uniq -c | tr -s ' '
echo "-- what makes no sense"
try() { pacs-archived --archive other --aet ARCHIVE --listen 0 "$@"; echo "$*: $?"; }
for bad in nonsense A@host @127.0.0.1:104 A@127.0.0.1:99999 A_TITLE_FAR_TOO_LONG@127.0.0.1:104; do
    try --destination "$bad"
done
try --destination A@127.0.0.1:1 --destination A@127.0.0.1:2
try --allow-any-port 0
try --allow-any-port 65536
try -j 0
try --max-retrievals 0
PACS_ARCHIVED_DESTINATION=A@127.0.0.1:1,nonsense try
test ! -e other
