# Is a DICOMweb service there, and why not: each step, and the verdict.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
make_certificates certs
(umask 077 && echo good-token >token && echo bad-token >old)
diagnose() { # WORDS... URL
    timeout 60 pacs-echo -q --diagnose -n 2 "$@" >records
    printf '%s ' $?
    jq -c 'select(.type=="diagnosis") | [.outcome, .reason, .http_status, .service.identified, .round_trips.answered]' records
    jq -r 'select(.type=="diagnosis") | .message, .hint // empty' records | sed -E 's/SHA-256 [0-9a-f]+/SHA-256 X/'
}
for mode in ok token status-403 status-404 status-500 status-503 redirect not-json json-object json-wrong cut close stall garbage ssh; do
    case $mode in stall) patience=1s ;; *) patience=20s ;; esac
    start_web $mode
    printf '%s: ' $mode
    diagnose --timeout $patience --connect-timeout $patience $WEB
    stop_peers
done
start_web token
printf 'a token: '; diagnose --token-file token $WEB
printf 'a wrong one: '; diagnose --token-file old $WEB
printf 'TLS where there is none: '; diagnose https://127.0.0.1:$PORT/dw
pacs-echo $WEB | jq -c '[.type, .outcome, .reason, .http_status]'
pacs-echo --token-file token $WEB | jq -c '[.type, .outcome, .reason, .http_status, .sent, .answered]'
pacs-echo --format nagios $WEB | sed "s, |.*,,"
pacs-echo --format nagios --token-file token $WEB | sed 's/[0-9.]* ms.*/N ms/'
printf 'nobody there: '; diagnose http://127.0.0.1:1/dw
pacs-echo --capabilities $WEB
stop_peers
for certificate in good expired stranger other-name; do
    start_web ok --tls certs/$certificate.pem
    printf '%s: ' $certificate
    diagnose --tls-ca certs/ca.pem https://127.0.0.1:$PORT/dw
    printf 'plainly: '; diagnose $WEB
    stop_peers
done
start_web ok --tls certs/good.pem --client-ca certs/ca.pem
printf 'our certificate wanted: '; diagnose --tls-ca certs/ca.pem https://127.0.0.1:$PORT/dw
printf 'and given: '; diagnose --tls-ca certs/ca.pem --tls-cert certs/client.pem https://127.0.0.1:$PORT/dw
cat >pacs.toml <<TOML
[node.cloud]
address = "https://127.0.0.1:$PORT/dw"
tls_ca = "certs/ca.pem"
tls_cert = "certs/client.pem"
TOML
pacs-echo --config pacs.toml --all | jq -c '[.type, .outcome, .http_status, .node]'
