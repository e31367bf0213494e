# Sourced by the cases of tests/cli: peers on loopback that end with the case.
peers=
trap 'for peer in $peers; do kill "$peer" 2>/dev/null; done; wait' EXIT

# start_peer MODE: a hostile SCP (hostile_peer.py); $PORT is where it listens, peer.log what it saw
start_peer() {
    mkfifo port.$$
    python3 -B "$PACS_SUPPORT/hostile_peer.py" scp "$1" --log peer.log >port.$$ &
    peers="$peers $!"
    read -r PORT <port.$$
    rm port.$$
}

# stop_peers: ends those started so far
stop_peers() {
    for peer in $peers; do kill "$peer"; wait "$peer" 2>/dev/null; done
    peers=
}
