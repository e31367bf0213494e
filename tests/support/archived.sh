# For golden cases that need our daemon: start it, know its port, stop it. Its records come through a
# pipe kept open on descriptor 3; its log is in archived.log.

# start_archived OPTION...: sets $daemon (process) and $port.
start_archived() {
    rm -f listening.pipe
    mkfifo listening.pipe
    pacs-archived "$@" >listening.pipe 2>archived.log &
    daemon=$!
    exec 3<listening.pipe
    read -r listening <&3 || { cat archived.log >&2; return 1; }
    port=${listening##*:}
    port=${port%\}}
    trap 'kill $daemon ${peers-} 2>/dev/null' EXIT  # peer.sh has one, too
}

# stop_archived: SIGTERM, then what it printed last, and its exit status.
stop_archived() {
    kill "$daemon"
    cat <&3
    wait "$daemon"
    echo "exit $?"
}
