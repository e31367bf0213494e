# Who may do what: rules and nodes of pacs.toml, services that are not allowed, users, and one refusal for all.
# needs: python3 jq openssl
. "$PACS_SUPPORT/archived.sh"
hash() { printf '%s\n' "$1" | openssl passwd -6 -stdin; }
{ echo "# users"; echo "alice:$(hash 'open sesame')"; } >users
chmod 600 users
printf 'open sesame\n' >right
printf 'guess\n' >wrong
chmod 600 right wrong
cat >pacs.toml <<'TOML'
[archived]
archive = "archive"
aet = ["ARCHIVE", "RESEARCH"]
listen = ["0"]
allow = ["echo from 10.0.0.0/8"]
users_file = "users"
[node.scanner]
title = "CT1"
from = ["loopback"]
allow = ["echo", "store"]
[node.reader]
title = "READER"
from = ["loopback"]
allow = ["find"]
called = ["RESEARCH"]
[node.doctor]
title = "DOCTOR"
users = ["alice"]
allow = ["all"]
[node.elsewhere]
title = "AWAY"
from = ["10.0.0.0/8", "fd00::/8"]
allow = ["all"]
TOML
make_objects --count 2 objects >/dev/null
start_archived --config pacs.toml --log-format json
said() { jq -c '[.type, .outcome, .reason, .status, (.message // "" | sub(".*127.0.0.1:[0-9]+: "; ""))]' | head -n 1; }
try() { # TITLE CALLED OPTION...: echo, store and find
    title=$1 called=$2
    shift 2
    echo "-- $title to $called $*"
    pacs-echo --format ndjson --calling $title "$@" $called@127.0.0.1:$port 2>/dev/null | said
    pacs-store --calling $title --retries 0 "$@" objects $called@127.0.0.1:$port 2>/dev/null | said
    pacs-find --format ndjson --calling $title "$@" $called@127.0.0.1:$port PatientID= 2>/dev/null | tail -n 1 | said
}
try CT1 ARCHIVE
try READER RESEARCH
try READER ARCHIVE
try DOCTOR ARCHIVE --user alice --passcode-file right
try DOCTOR ARCHIVE --user alice --passcode-file wrong
echo "-- others, all refused alike; CT1 is told that the title is wrong, for he may come"
for title in DOCTOR AWAY NOBODY; do
    pacs-echo --format ndjson --calling $title ARCHIVE@127.0.0.1:$port 2>/dev/null | said
done
pacs-echo --format ndjson --calling CT1 OTHER@127.0.0.1:$port 2>/dev/null | said
echo "-- a positive response is given for a user who was proven"
for file in right wrong; do
    pacs-echo --format ndjson --diagnose --count 1 --calling DOCTOR --user alice --passcode-file $file \
        ARCHIVE@127.0.0.1:$port 2>/dev/null | jq -c 'select(.type=="diagnosis") | [.outcome, .peer.identity_confirmed]'
done
stop_archived
echo "-- log"
jq -r 'select(.type=="association") | [.calling, .called, .ended, .node // "", .user // "",
    (.message | sub(".*service user\\): "; "") | sub(".*127.0.0.1:[0-9]+: "; ""))] | join(" | ")' archived.log | sort -u
grep -c 'open sesame\|guess' archived.log
echo "-- rules that make no sense"
for rule in 'everything from loopback' 'store' 'all from 10.1.2.3/8' 'all from anywhere with user' 'all from anywhere with certificate'; do
    pacs-archived --archive archive --aet A --listen 0 --allow "$rule"
    echo $?
done
pacs-archived --archive archive --aet A --listen-tls 0
echo $?
