# The character set of a node: keys are sent in it, and it holds for answers that name none.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_peer find-bad-charset
cat >pacs.toml <<EOF
[node.old]
address = "PACS@127.0.0.1:$PORT"
charset = "ISO_IR 100"
[node.odd]
address = "PACS@127.0.0.1:$PORT"
charset = "ISO_IR 8859"
EOF
export PACS_CONFIG=pacs.toml
pacs-find @old --name müller --explain --only
pacs-find @old --charset 'ISO_IR 192' --name müller --explain --only
pacs-find @old --limit 1
pacs-find @odd
echo "$?"
pacs-find @nobody
echo "$?"
