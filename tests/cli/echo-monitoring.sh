# For monitoring systems: a line and a status as plugins give them, and a page of metrics.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
make_certificates certs
start_peer ok
start_tls certs/ending.pem $PORT
anonymous() { sed -E -e 's/[0-9.]+ ms/N ms/g' -e 's/=[0-9.]+s;/=Ns;/g'; }
nagios() { pacs-echo -q --format nagios "$@" >line; status=$?; anonymous <line; echo "$status"; }
nagios PACS@127.0.0.1:$PORT
nagios --crit-time 0 PACS@127.0.0.1:$PORT
nagios --warn-time 0 PACS@127.0.0.1:$PORT
nagios NONE@127.0.0.1:1
nagios PACS@127.0.0.1:$PORT NONE@127.0.0.1:1
nagios --tls --tls-ca certs/ca.pem PACS@127.0.0.1:$TLS_PORT
nagios --tls --tls-ca certs/ca.pem --warn-days 4 --crit-days 3 PACS@127.0.0.1:$TLS_PORT
nagios --tls --tls-ca certs/ca.pem --crit-days 10 PACS@127.0.0.1:$TLS_PORT
# every error is UNKNOWN
nagios
nagios --no-such-option PACS@127.0.0.1:$PORT
nagios --config nowhere.toml PACS@127.0.0.1:$PORT
nagios --all
pacs-echo --format nagios PACS@127.0.0.1:$PORT >/dev/full
echo "$?"
# a peer that tries to forge the line
start_peer answer-comment-escape
nagios PACS@127.0.0.1:$PORT
# limits that would do nothing
pacs-echo --warn-time 1s PACS@127.0.0.1:$PORT
echo "$?"
# metrics of all nodes
cat >pacs.toml <<TOML
[node.good]
address = "PACS@127.0.0.1:$PORT"
[node.down]
address = "NONE@127.0.0.1:1"
[node.secure]
address = "PACS@127.0.0.1:$TLS_PORT"
tls = true
tls_ca = "certs/ca.pem"
[node.archive]
address = "/srv/archive"
TOML
pacs-echo --config pacs.toml --all --format prometheus >metrics
echo "$?"
sed -E 's/ [0-9.e+-]+$/ N/' metrics
# they are asked side by side, and each tells when it is done
pacs-echo --config pacs.toml --all 2>told | jq -c 'select(.type=="echo") | [.node, .outcome, .reason]' | sort
sort told >&2
