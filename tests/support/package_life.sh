#!/bin/sh
# Installs a package on an overlay of this system, runs its daemon, upgrades, removes and purges it.
# To be run in a mount and network namespace of its own (tests/packaging.sh).
#   package_life.sh PACKAGE.deb
set -eu
deb=$1
fail() { echo "FAIL: $*"; exit 1; }
ip link set lo up
scratch=$(mktemp -d)
mount -t tmpfs overlay "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
root=$scratch/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
cp "$deb" "$root/package.deb"
inside() { chroot "$root" "$@"; }

inside dpkg -i /package.deb >"$scratch/log" 2>&1 || { cat "$scratch/log"; fail "dpkg -i"; }
inside getent passwd pacs >/dev/null || fail "no user pacs"
inside mkdir -p /var/lib/pacs
inside chown pacs:pacs /var/lib/pacs
# as the service would: its own user, its configuration, but a port that is free
mkfifo "$scratch/listening"
chroot "$root" setpriv --reuid pacs --regid pacs --clear-groups \
    pacs-archived --config /etc/pacs/pacs.toml --listen 127.0.0.1:0 >"$scratch/listening" 2>"$scratch/log" &
daemon=$!
trap 'kill $daemon 2>/dev/null' EXIT
exec 3<"$scratch/listening"
read -r line <&3 || { cat "$scratch/log"; fail "the packaged daemon did not start"; }
port=$(printf '%s' "$line" | sed 's/.*"port":\([0-9]*\).*/\1/')
inside pacs-echo "ARCHIVE@127.0.0.1:$port" >"$scratch/echo" || fail "the packaged daemon did not answer"
kill -TERM $daemon
trap - EXIT
wait $daemon || fail "the packaged daemon ended with $?"

inside dpkg -i /package.deb >"$scratch/log" 2>&1 || { cat "$scratch/log"; fail "dpkg -i again"; }
inside dpkg -r pacs-utils >"$scratch/log" 2>&1 || { cat "$scratch/log"; fail "dpkg -r"; }
[ -e "$root/etc/pacs/pacs.toml" ] || fail "removing took the configuration"
inside dpkg -P pacs-utils >"$scratch/log" 2>&1 || { cat "$scratch/log"; fail "dpkg -P"; }
[ ! -e "$root/etc/pacs/pacs.toml" ] || fail "purging left the configuration"
[ -e "$root/var/lib/pacs/archive/archive.toml" ] || fail "purging took the archive"
left=$(inside sh -c 'ls -d /usr/bin/pacs-* /usr/share/man/man*/pacs* /usr/lib/systemd/system/pacs* /usr/share/doc/pacs-utils 2>/dev/null' || true)
[ -z "$left" ] || fail "left behind: $left"
