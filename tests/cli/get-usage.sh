# Mistakes on the command line start nothing.
try() {
    pacs-get "$@" >records 2>err
    echo "$? $(wc -l <records) $(head -n 1 err)"
}
try
try A@127.0.0.1:1
try A@127.0.0.1:1 1.2.3
try A@127.0.0.1:1 -o got
try nobody 1.2.3 -o got
try A@127.0.0.1:1 1.2.3 - -o got
try A@127.0.0.1:1 Nonsense=1 -o got
try A@127.0.0.1:1 1.2.3 -o got --layout '../{instance}'
try A@127.0.0.1:1 1.2.3 -o got --layout '{study}.dcm'
try A@127.0.0.1:1 1.2.3 -o got --layout '{unknown}/{instance}'
try A@127.0.0.1:1 1.2.3 -o got --via move
try A@127.0.0.1:1 1.2.3 -o got --via carrier
try A@127.0.0.1:1 1.2.3 -o got --via get --listen 0
try A@127.0.0.1:1 1.2.3 -o got --listen nowhere:x
try A@127.0.0.1:1 1.2.3 -o got --listen 0 --listen-tls 0
try A@127.0.0.1:1 1.2.3 -o got --listen-tls 0
try A@127.0.0.1:1 1.2.3 -o got --listen-tls 0 --tls
try A@127.0.0.1:1 1.2.3 -o got --listen-tls 0 --tls --tls-cert none.pem
try A@127.0.0.1:1 1.2.3 -o got -j 0
try A@127.0.0.1:1 1.2.3 -o got --durability maybe
try A@127.0.0.1:1 1.2.3 -o got --min-free 101%
try A@127.0.0.1:1 1.2.3 -o got --max-object-size big
try --unknown A@127.0.0.1:1 1.2.3 -o got
ls
