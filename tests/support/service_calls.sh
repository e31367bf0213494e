#!/bin/sh
# Lets the daemon serve a little under strace and looks whether its service's filter allows each
# system call it makes.
#   service_calls.sh BIN_DIR UNIT SCRATCH
set -eu
bin=$1 unit=$2 scratch=$3
here=$(cd "$(dirname "$0")" && pwd)
mkfifo "$scratch/listening"
# as a user like the service's: SQLite does more as root
as_user=
if [ "$(id -u)" = 0 ]; then
    as_user="setpriv --reuid 65534 --regid 65534 --clear-groups"
    chmod 755 "$scratch"
fi
mkdir -m 777 "$scratch/traced"
# shellcheck disable=SC2086  # a list of words, or none
$as_user strace -f -c -o "$scratch/traced/calls" "$bin/pacs-archived" --archive "$scratch/traced/archive" \
    --listen 127.0.0.1:0 --aet CALLS >"$scratch/listening" 2>"$scratch/log" &
tracer=$!
exec 3<"$scratch/listening"
read -r line <&3 || { cat "$scratch/log"; exit 1; }
port=$(printf '%s' "$line" | sed 's/.*"port":\([0-9]*\).*/\1/')
"$bin/pacs-echo" "CALLS@127.0.0.1:$port" >/dev/null
python3 "$here/hostile_peer.py" attack 127.0.0.1 "$port" CALLS 'data-*' 'find-*' --echo-limit 5000 >/dev/null || true
daemon=$(ps -o pid= --ppid $tracer | tr -d ' ')
kill -HUP "$daemon"
"$bin/pacs-echo" "CALLS@127.0.0.1:$port" >/dev/null
kill -TERM "$daemon"
wait $tracer
python3 "$here/service_calls.py" "$unit" "$scratch/traced/calls"
