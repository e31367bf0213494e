# How we identify to a DICOMweb service, and that no secret gets anywhere else.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
make_certificates certs
find() { pacs-find -v -v -v --only "$@" >records 2>>said; printf '%s ' $?; tail -n 1 records | jq -c '[.answers, .reason]'; }
(umask 077 && echo good-token >token && echo bad-token >old && echo sesame >code)
start_web token
printf 'nothing: '; find $WEB
printf 'token from a file: '; find --token-file token $WEB
printf 'a wrong one: '; find --token-file old $WEB
printf 'token from a program: '; find --token-command 'cat token' $WEB
printf 'renewed once when it has expired: '
cat >program <<'END'
if [ -e used ]; then cat token; else cat old; fi
echo >>used
END
find --token-command 'sh program' $WEB
wc -l <used
printf 'a program that fails: '; find --token-command false $WEB
printf 'a way from the environment: '; PACS_TOKEN_FILE=token find $WEB
printf 'two ways: '; find --token-file token --user a $WEB
stop_peers
start_web basic
printf 'user and passcode: '; find --user user --passcode-file code $WEB
printf 'a wrong user: '; find --user other --passcode-file code $WEB
printf 'over plain http to another machine: '; find --user user --passcode-file code http://peer.example/dw
chmod 644 code
printf 'a passcode that others may read: '; find --user user --passcode-file code $WEB
stop_peers
start_web ok --tls certs/good.pem --client-ca certs/ca.pem
WEB=https://localhost:$PORT/dw
cat >pacs.toml <<TOML
[node.cloud]
address = "$WEB"
tls_ca = "certs/ca.pem"
tls_cert = "certs/client.pem"
TOML
printf 'our certificate: '; find --config pacs.toml @cloud
# told at once (TLS 1.3), or by a connection that ends: the network decides
printf 'none: '; find --tls-ca certs/ca.pem $WEB 2>&1 | sed -E 's/tls_failed|connection_lost/no certificate/'
printf 'an unknown authority: '; find $WEB
stop_peers
start_web ok --tls certs/other-name.pem
WEB=https://127.0.0.1:$PORT/dw
printf 'a certificate for another name: '; find --tls-ca certs/ca.pem $WEB
printf 'which is right: '; find --tls-ca certs/ca.pem --tls-name other.example $WEB
printf 'secrets in the log: '
grep -cE 'good-token|bad-token|sesame|dXNlcj' said
grep -vE 'info|GET|debug|^[^:]*: (hint|GET)' said | grep -v '^{' | grep -vE 'https://localhost.*(alert|connection)' | sort -u >&2
