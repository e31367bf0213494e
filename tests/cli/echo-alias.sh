# @aliases, their settings, and what the command line and the environment change.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_peer ok
cat >pacs.toml <<EOF
[defaults]
timeout = "9s"
[node.pacs]
address = "PACS@127.0.0.1:$PORT"
calling = "NIGHTJOB"
EOF
export PACS_CONFIG=pacs.toml
pacs-echo @pacs
pacs-echo @nobody
echo "$?"
PACS_TIMEOUT=soon pacs-echo @pacs
echo "$?"
pacs-echo --generate complete --timeout 3s @p
