# Files for TLS that are not there, or not what they should be, and options that would do nothing.
# needs: openssl
make_certificates certs
try() { pacs-echo "$@" PACS@127.0.0.1:1; echo "$*: $?"; }
try --tls --tls-ca nowhere.pem
try --tls --tls-ca certs/rsa.key
try --tls --tls-cert certs/rsa.crt
try --tls --tls-cert certs/rsa.crt --tls-key certs/client.pem
try --tls --tls-key certs/rsa.key
openssl rsa -in certs/rsa.key -aes128 -passout pass:secret -out certs/locked.key 2>/dev/null
try --tls --tls-cert certs/rsa.crt --tls-key certs/locked.key
try --tls-ca certs/ca.pem
printf '[node.a]\naddress = "A@127.0.0.1:1"\ntls = "yes"\n' >pacs.toml
pacs-echo --config pacs.toml @a
