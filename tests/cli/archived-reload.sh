# SIGHUP takes over what can be taken over, says what cannot, and keeps the old when it is nonsense.
. "$PACS_SUPPORT/archived.sh"
settings() { printf '[archived]\narchive = "archive"\nlisten = ["%s"]\naet = ["%s"]\n' "$1" "$2" >pacs.toml; }
# answers TITLE: waits until the daemon does, or gives up after many tries.
answers() {
    tries=0
    until pacs-echo --format ndjson "$1@127.0.0.1:$port" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || { echo "$1 never answers"; return; }
    done
    echo "$1 answers"
}
# said TEXT: waits until the log says so.
said() {
    tries=0
    until grep "$1" archived.log; do
        tries=$((tries + 1))
        [ $tries -lt 2000 ] || { echo "never said: $1"; return; }
    done
}
settings 0 FIRST
start_archived --config pacs.toml
answers FIRST
settings 1104 SECOND
kill -HUP "$daemon"
answers SECOND
said 'listen changed'
echo 'aet = 3' >>pacs.toml
kill -HUP "$daemon"
said stays
answers SECOND
stop_archived
