# Each study is moved by itself, and its record keeps what the source said of it.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_peer move-well
pacs-move PACS@127.0.0.1:$PORT DEST StudyDate=20240131
jq -c 'select(.event=="associate") | [.called, .contexts]' peer.log
stop_peers
start_peer move-well
printf '[node.new]\naddress = "NEW@127.0.0.1:1"\n' >pacs.toml
pacs-move PACS@127.0.0.1:$PORT @new StudyDate=20240131 --dry-run --config pacs.toml |
    jq -c '[.type, .destination, .move_destination, .instances]'
