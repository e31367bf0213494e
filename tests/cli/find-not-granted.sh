# Relational and fuzzy queries are asked for, and it is said when the peer did not grant them.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_peer find-none
pacs-find PACS@127.0.0.1:$PORT --level series --relational --fuzzy --modality CT
pacs-find PACS@127.0.0.1:$PORT Modality=CT
