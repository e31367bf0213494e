# Three objects and what is no object, one record each; a file without meta header is repaired.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
make_objects --count 2 objects >/dev/null
tail -c +"$(($(grep -abo 'ISO_IR' objects/0000/* -r | head -n 1 | cut -d: -f2) - 7))" \
    "$(find objects -type f | sort | head -n 1)" >headless
echo hello >objects/readme.txt
start_peer ok
pacs-store objects headless objects/readme.txt absent PACS@127.0.0.1:$PORT >records
echo "exit $?"
sort records
