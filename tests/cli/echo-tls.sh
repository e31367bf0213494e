# Echo over TLS, and why not: each certificate that is wrong, and each side that does not speak it.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
make_certificates certs
start_peer ok
said() { jq -c 'select(.type=="diagnosis") | [.outcome, .reason, .tls.version, .tls.days_left]' records; }
diagnose() { # WORDS... PEER
    timeout 30 pacs-echo --diagnose "$@" >records
    printf '%s ' $?
    said
}
for certificate in good ending expired future self-signed stranger other-name escape; do
    start_tls certs/$certificate.pem $PORT
    printf '%s: ' $certificate
    diagnose --tls --tls-ca certs/ca.pem PACS@127.0.0.1:$TLS_PORT
    jq -r 'select(.type=="diagnosis") | .message, .hint // empty' records | sed -E 's/SHA-256 [0-9a-f]+/SHA-256 X/'
done
printf 'another name that is right: '
start_tls certs/other-name.pem $PORT
diagnose --tls --tls-ca certs/ca.pem --tls-name other.example PACS@127.0.0.1:$TLS_PORT
printf 'itself to be trusted: '
start_tls certs/self-signed.pem $PORT
diagnose --tls --tls-ca certs/self-signed.pem PACS@127.0.0.1:$TLS_PORT
printf 'we speak plainly: '
diagnose PACS@127.0.0.1:$TLS_PORT
printf 'the peer does: '
mkfifo probe
scp_probe --listen 127.0.0.1:0 >probe 2>probe.log &
peers="$peers $!"
read -r listening <probe
diagnose --tls PACS@127.0.0.1:${listening##*:}
printf 'its TLS stands still: '
start_tls certs/good.pem $PORT --stall
diagnose --tls --connect-timeout 300ms --tls-ca certs/ca.pem PACS@127.0.0.1:$TLS_PORT
for version in 1.0 1.1 1.2; do
    printf 'no more than %s: ' $version
    start_tls certs/good.pem $PORT --max-version $version
    diagnose --tls --tls-ca certs/ca.pem PACS@127.0.0.1:$TLS_PORT
done
for version in 1.3 1.2; do
    start_tls certs/good.pem $PORT --client-ca certs/ca.pem --max-version $version
    printf 'our certificate wanted, TLS %s, none: ' $version
    diagnose --tls --tls-ca certs/ca.pem PACS@127.0.0.1:$TLS_PORT
    printf 'wrong: '
    diagnose --tls --tls-ca certs/ca.pem --tls-cert certs/stranger.pem PACS@127.0.0.1:$TLS_PORT
    printf 'right: '
    diagnose --tls --tls-ca certs/ca.pem --tls-cert certs/client.pem PACS@127.0.0.1:$TLS_PORT
done
# and the simple echo, by the same way, with its settings from the node
cat >pacs.toml <<TOML
[node.secure]
address = "PACS@localhost:$TLS_PORT"
tls = true
tls_ca = "certs/ca.pem"
tls_cert = "certs/client.pem"
TOML
pacs-echo --config pacs.toml @secure | jq -c '[.type, .outcome, .status]'
pacs-echo --tls --tls-ca certs/ca.pem PACS@localhost:$TLS_PORT | jq -c '[.type, .outcome, .reason]'
