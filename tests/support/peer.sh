# Sourced by the cases of tests/cli: peers on loopback that end with the case.
peers=
trap 'for peer in $peers ${daemon-}; do kill "$peer" 2>/dev/null; done; wait' EXIT

# start_peer MODE: a hostile SCP (hostile_peer.py); $PORT is where it listens, peer.log what it saw
start_peer() {
    mkfifo port.$$
    python3 -B "$PACS_SUPPORT/hostile_peer.py" scp "$1" --log peer.log >port.$$ &
    peers="$peers $!"
    read -r PORT <port.$$
    rm port.$$
}

# start_tls CERT PORT [OPTION...]: TLS in front of the plain server on PORT (tls_front.py); $TLS_PORT
# is where it listens
start_tls() {
    mkfifo port.$$
    python3 -B -W ignore "$PACS_SUPPORT/tls_front.py" "$@" >port.$$ &
    peers="$peers $!"
    read -r TLS_PORT <port.$$
    rm port.$$
}

# stop_peers: ends those started so far
stop_peers() {
    for peer in $peers; do kill "$peer"; wait "$peer" 2>/dev/null; done
    peers=
}

# start_capping HOW...: a C-FIND server that keeps answers back (capping_peer.py); $PORT, peer.log, and
# all it has in the file "all"
start_capping() {
    mkfifo port
    python3 -B "$PACS_SUPPORT/capping_peer.py" "$@" --log peer.log --list all >port &
    peers="$peers $!"
    read -r PORT <port
    rm port
}

# ask_capping HOW... -- OPTION...: what --complete makes of that peer: exit status, summary, and how
# many of its studies were told, twice, or not at all
ask_capping() {
    how=
    while [ "$1" != -- ]; do how="$how $1"; shift; done
    shift
    start_capping $how
    pacs-find -q PACS@127.0.0.1:$PORT --complete "$@" >answers
    code=$?
    stop_peers
    jq -r 'select(.type=="study").StudyInstanceUID' answers | sort >told
    echo "$how $*: exit $code, told $(wc -l <told), twice $(uniq -d told | wc -l), missing $(uniq told | comm -13 - all | wc -l)"
}
gaps() { jq -c 'select(.type=="summary") | [.complete, .cap, .gaps]' answers; }

# Several of them at a time, each in a folder of its own; finish_asking, not in a pipe, tells what came of
# each.
asked=0
asking() {
    asked=$((asked + 1))
    mkdir "asked.$asked"
    (
        peers=
        trap 'stop_peers' EXIT
        cd "asked.$asked" || exit
        ask_capping "$@" >out 2>err
        gaps >>out 2>>err
    ) &
    [ $((asked % 4)) -ne 0 ] || wait
}
finish_asking() {
    wait
    for number in $(seq $asked); do
        cat "asked.$number/out"
        cat "asked.$number/err" >&2
    done
    rm -r asked.*
    asked=0
}

# start_getting MODE: a small archive that answers C-GET as told (getting_peer.py); $PORT, peer.log
start_getting() {
    mkfifo port.$$
    python3 -B "$PACS_SUPPORT/getting_peer.py" "$1" --log peer.log >port.$$ &
    peers="$peers $!"
    read -r PORT <port.$$
    rm port.$$
}

# start_web MODE [OPTION...]: a DICOMweb server that breaks rules (hostile_web.py); $WEB is the URL of its
# service, web.log what it was asked
start_web() {
    mkfifo port.$$
    python3 -B "$PACS_SUPPORT/hostile_web.py" serve "$@" --log web.log >port.$$ &
    peers="$peers $!"
    read -r PORT <port.$$
    rm port.$$
    WEB=http://127.0.0.1:$PORT/dw
}
