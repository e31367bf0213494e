#!/bin/sh
# Runs every example of a manual page: each block between .nf and .fi in its sections EXAMPLES and
# PIPELINES. A comment '.\" exit N' before the block says which status is expected, else 0. Or a script of
# examples/, with the arguments of its line '# as a test: ...', twice, for most of them go on where they ended.
#   examples.sh PAGE|SCRIPT BUILD_DIR
#
# The examples see a machine of their own (network and mounts, through unshare(1)): a configuration
# with the nodes @archive (ARCHIVE@127.0.0.1:11112, folder /srv/archive), @old (OLD@127.0.0.1:104,
# /srv/old), @new (NEW@127.0.0.1:11113, /srv/new, empty), @down (where nobody listens) and @cloud (a
# small DICOMweb service), the folder /srv/export with synthetic objects, which @archive and @old hold
# too and which send to @new what they are told to, /srv/tls with an authority (ca.pem) and certificates of it (archive.pem, client.pem), and an
# empty working folder. For the daemon's own page nothing is running. A daemon is stopped after some
# seconds.
set -u
page=$1 build=$2
here=$(cd "$(dirname "$0")" && pwd)
if [ "${EXAMPLES_INSIDE:-}" = "" ]; then
    rights=-nm
    [ "$(id -u)" = 0 ] || rights=-rnm
    unshare $rights true 2>/dev/null || { echo "skipped: no namespaces here"; exit 77; }
    scratch=$(mktemp -d)
    EXAMPLES_INSIDE=$scratch unshare $rights --kill-child sh "$0" "$page" "$build"
    status=$?
    rm -rf "$scratch"
    exit $status
fi
scratch=$EXAMPLES_INSIDE name=$(basename "$page")

# the commands of the page, one file each: 1.sh, 2.sh, ...; 1.exit when another status is expected
extract() {
    awk -v to="$1" '
        /^\.SH/ { wanted = ($2 == "EXAMPLES" || $2 == "PIPELINES") }
        !wanted { next }
        /^\.\\" exit / { expected = $3; next }
        /^\.nf/ { n++; inside = 1; if (expected != "") print expected >(to "/" n ".exit"); expected = ""; next }
        /^\.fi/ { inside = 0; next }
        inside && !/^\.(RS|RE|PP)/ {
            gsub(/\\-/, "-"); gsub(/\\\(aq/, "\047"); gsub(/\\\(ti/, "~"); gsub(/\\\(ha/, "^")
            gsub(/\\\(ga/, "`"); gsub(/\\\(dq/, "\""); gsub(/\\&/, ""); gsub(/\\f[BIR]/, ""); gsub(/\\e/, "\\")
            print >(to "/" n ".sh")
        }' "$page"
}
mkdir "$scratch/commands" "$scratch/work" "$scratch/home"
case $page in
    *.sh)
        script=$(cd "$(dirname "$page")" && pwd)/$name
        for time in 1 2; do
            echo "$script $(sed -n 's/^# as a test: //p' "$script")" >"$scratch/commands/$time.sh"
        done ;;
    *) extract "$scratch/commands" ;;
esac
ls "$scratch/commands"/*.sh >/dev/null 2>&1 || { echo "no examples in $name"; exit 77; }

ip link set lo up 2>/dev/null || { echo "skipped: no loopback"; exit 77; }
mount -t tmpfs none /srv || { echo "skipped: no mounts here"; exit 77; }
export PATH="$build:$build/tests:$PATH" HOME="$scratch/home" PACS_CONFIG="$scratch/pacs.toml"
export LC_ALL=C.UTF-8 TZ=UTC TCP_NODELAY=1
cat >"$PACS_CONFIG" <<'TOML'
[node.archive]
address = "ARCHIVE@127.0.0.1:11112"
[node.old]
address = "OLD@127.0.0.1:104"
[node.new]
address = "NEW@127.0.0.1:11113"
[node.down]
address = "DOWN@127.0.0.1:9"
[node.cloud]
address = "http://127.0.0.1:8042/dw"
TOML

daemons=
end() {
    for daemon in $daemons; do kill "$daemon" 2>/dev/null; done
    wait
}
trap end EXIT
serve() { # FOLDER PORT TITLE
    mkfifo "$scratch/$3"
    pacs-archived --archive "$1" --listen "127.0.0.1:$2" --aet "$3" --destination NEW@127.0.0.1:11113 >"$scratch/$3" 2>"$scratch/$3.log" &
    daemons="$daemons $!"
    # the first record says that it listens; the rest must go somewhere
    { head -n 1 >/dev/null && : >"$scratch/$3.ready"; cat >/dev/null; } <"$scratch/$3" &
    while [ ! -e "$scratch/$3.ready" ] && kill -0 "${daemons##* }" 2>/dev/null; do :; done
}
serve_web() { # @cloud
    mkfifo "$scratch/web"
    python3 -B "$here/support/hostile_web.py" serve ok --port 8042 >"$scratch/web" 2>/dev/null &
    daemons="$daemons $!"
    read -r _ <"$scratch/web"
}
make_objects --help >/dev/null 2>&1 || { echo "FAIL: make_objects is not built"; exit 1; }
make_objects --count 60 /srv/export >/dev/null || exit 1
make_certificates /srv/tls && mv /srv/tls/good.pem /srv/tls/archive.pem || exit 1
case $name in
    pacs-archived.*) limit=4 ;;
    *)
        limit=30
        serve /srv/archive 11112 ARCHIVE
        serve /srv/old 104 OLD
        serve /srv/new 11113 NEW
        serve_web
        for node in @archive @old; do
            pacs-store -q /srv/export $node >"$scratch/filled" || { cat "$scratch/filled"; exit 1; }
        done ;;
esac

cd "$scratch/work" || exit 1
failed=0
for command in $(ls "$scratch/commands"/*.sh | sort -V); do
    expected=0
    [ ! -e "${command%.sh}.exit" ] || expected=$(cat "${command%.sh}.exit")
    timeout --preserve-status -k 10 -s TERM $limit sh -c 'trap : TERM; . "$1"' sh "$command" >"$scratch/out" 2>"$scratch/error" </dev/null
    got=$?
    if [ "$got" = "$expected" ]; then
        printf "ok: %s\n" "$(head -n 1 "$command")"
    else
        printf "FAIL: exit %s, not %s: %s\n" "$got" "$expected" "$(cat "$command")"
        head -n 20 "$scratch/out" "$scratch/error"
        failed=1
    fi
done
exit $failed
