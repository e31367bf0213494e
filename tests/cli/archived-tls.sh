# A plain and a TLS listener side by side: who gets in by which, what the log says of those who do not, new
# certificates on SIGHUP, and broken ones that change nothing.
# needs: python3 jq
. "$PACS_SUPPORT/archived.sh"
make_certificates certs
cp certs/good.pem server.pem
cp certs/ca.pem trusted.pem
cat >pacs.toml <<'TOML'
[archived]
archive = "archive"
aet = ["ARCHIVE"]
listen = ["0"]
listen_tls = ["0"]
tls_cert = "server.pem"
tls_ca = "trusted.pem"
TOML
start_archived --config pacs.toml --log-format json
read -r listening <&3
secure=$(echo "$listening" | jq .port)
echo "$listening" | jq -c '[.type, .tls]'
ask() { # WHAT PORT OPTION...
    printf '%s: ' "$1"
    to=$2
    shift 2
    timeout 30 pacs-echo --format ndjson "$@" ARCHIVE@127.0.0.1:$to 2>/dev/null |
        jq -c 'select(.type=="echo") | [.outcome, .reason, (.message // "" | sub(".*: "; ""))]'
}
with() { ask "$1" $secure --tls --tls-ca certs/ca.pem --tls-cert certs/$1.pem; }
# logged COUNT: waits until that many associations are over for the daemon, too, so that the log has them in order
logged() {
    tries=0
    until [ "$(grep -c '"association"' archived.log)" -ge "$1" ]; do
        tries=$((tries + 1))
        [ $tries -lt 5000 ] || { echo "not logged: $1"; return; }
    done
}
ask plain $port
logged 1
number=1
for certificate in client stranger self-signed expired future; do with $certificate; number=$((number + 1)); logged $number; done
ask "no certificate" $secure --tls --tls-ca certs/ca.pem
logged 7
ask "plain to TLS" $secure
ask "TLS to plain" $port --tls --tls-ca certs/ca.pem
ask "another server" $secure --tls --tls-ca certs/stranger-ca.pem
ask "not checked" $secure --tls --tls-insecure --tls-cert certs/client.pem
pacs-echo --tls-insecure ARCHIVE@127.0.0.1:$port; echo "insecure without TLS: $?"
PACS_TLS_INSECURE=true pacs-echo -q --tls --tls-ca certs/stranger-ca.pem ARCHIVE@127.0.0.1:$secure >/dev/null
echo "insecure by a variable: $?"

# said WORD: waits until the log has it
said() {
    tries=0
    until grep -q "$1" archived.log; do
        tries=$((tries + 1))
        [ $tries -lt 2000 ] || { echo "never said: $1"; return; }
    done
    echo "said: $1"
}
echo "-- reload: the authority of strangers, and a certificate that ends soon"
cp certs/stranger-ca.pem trusted.pem
cp certs/ending.pem server.pem
kill -HUP $daemon
said 'ends in 5 days'
with client
with stranger
echo "-- reload: a broken file"
echo nonsense >server.pem
kill -HUP $daemon
said 'the old one stays'
with stranger
echo "-- reload: a missing file"
rm server.pem
kill -HUP $daemon
said 'No such file'
with stranger
stop_archived
echo "-- log of the first seven"
jq -r 'select(.type=="association") |
    [.ended, .tls_version // "", .tls_subject // "", (.message | sub(".*: "; ""))] | join(" | ")' archived.log | head -n 7
