# The records of a scan are what pacs-store sends: selected, with what is no object passed over.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
make_objects --count 60 --ascii tree >/dev/null
echo hello >tree/notes.txt
name=$(printf 'tree/\377.dcm')
mv tree/0000/000000.dcm "$name"
start_peer ok
pacs-index scan tree | jq -c 'select(.Modality=="MR")' | pacs-store - PACS@127.0.0.1:$PORT | jq -c '[.type, .outcome, .Modality, .ok]' | sort | uniq -c | tr -s ' '
pacs-index scan tree | pacs-store - PACS@127.0.0.1:$PORT | jq -c '[.type, .outcome, .reason, .ok, .skipped]' | sort | uniq -c | tr -s ' '
