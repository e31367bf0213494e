# The peer takes one transfer syntax: what differs is converted; --as-is says no.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
make_objects --count 2 objects >/dev/null
make_objects --count 2 --first 2 --syntax rle objects >/dev/null
for syntax in 1.2.840.10008.1.2 1.2.840.10008.1.2.2 1.2.840.10008.1.2.4.80 1.2.840.10008.1.2.4.90 1.2.840.10008.1.2.4.50; do
    start_peer "{\"accept\": {\"syntax\": \"$syntax\", \"only_if_proposed\": true}}"
    for how in "" --as-is --dry-run; do
        pacs-store $how objects PACS@127.0.0.1:$PORT >records
        echo "$syntax $how: $?"
        jq -c 'select(.SOPInstanceUID) | [.type, .outcome, .reason, .transfer_syntax, .converted_from]' records | sort | uniq -c
    done
    stop_peers
done
