#!/bin/sh
# pacs-utils in a minute: builds it, starts an archive, stores objects, finds them, fetches them, proves that
# what is stored and what came back is what was sent, and cleans up. On a fresh Debian 12, as root, it installs what it needs first.
#   examples/quickstart.sh [FOLDER]    with DICOM files of your own instead of invented ones
# PACS_TOOLS names a build folder whose tools are used as they are, without building.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
given=${1:-}
[ -z "$given" ] || given=$(cd "$given" && pwd)
build=${PACS_TOOLS:-${PACS_BUILD:-$here/build}/gcc}
work=$(mktemp -d)
daemon=
clean_up() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
    [ -z "$daemon" ] || wait "$daemon" || true
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# step WORDS COMMAND: says what is done, shows the command, does it
step() {
    printf '\n# %s\n$ %s\n' "$1" "$2"
    eval "$2"
}

if [ -z "${PACS_TOOLS:-}" ]; then
    echo "# Install what is missing, build out of tree in $build (some minutes the first time)"
    sh "$here/tests/support/install.sh" demo
    cmake -S "$here" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER=g++ >"$work/build.log" 2>&1 \
        && ninja -C "$build" pacs-archived pacs-echo pacs-find pacs-get pacs-index pacs-store make_objects \
            >>"$work/build.log" 2>&1 \
        || { tail -n 40 "$work/build.log"; exit 1; }
fi
PATH=$build:$build/tests:$PATH
export LC_ALL=C.UTF-8 PACS_BUILD
cd "$work"

objects=${given:-objects}
if [ -z "$given" ]; then
    step "Make 240 objects of invented patients" 'make_objects objects --count 240 --per-series 10 --seed 3'
fi

step "Start an archive on a free port; its first record says which" \
    'mkfifo listening; pacs-archived --archive archive --listen 127.0.0.1:0 --aet ARCHIVE >listening 2>log &'
daemon=$!
exec 3<listening
read -r record <&3
echo "$record"
port=$(printf '%s' "$record" | sed 's/.*"port":\([0-9]*\).*/\1/')
cat >pacs.toml <<END
[node.archive]
address = "ARCHIVE@127.0.0.1:$port"
END
export PACS_CONFIG="$work/pacs.toml"
printf '\n# Give it a name: PACS_CONFIG=pacs.toml with\n'
cat pacs.toml

step "Is it there?" 'pacs-echo @archive'
status=0
step "Send everything; a record for each object, then a summary" \
    'pacs-store "$objects" @archive >stored.ndjson || status=$?; tail -n 2 stored.ndjson'
[ -n "$given" ] || [ "$status" = 0 ] || exit "$status"
step "Which studies are there?" 'pacs-find @archive --format table'
step "The CT studies of some years, as records" \
    'pacs-find @archive StudyDate=20150101-20251231 ModalitiesInStudy=CT --format ndjson | tail -n 3'
if [ -z "$given" ]; then
    step "DCMTK asks the same archive" \
        'findscu -S -aec ARCHIVE -k QueryRetrieveLevel=STUDY -k PatientID="T3-00000*" -k StudyInstanceUID 127.0.0.1 $port 2>&1 | grep -c "Find Response"'
fi
step "Fetch every study: records in, files out, a record for each" \
    'pacs-find @archive | pacs-get @archive - -o got >got.ndjson || status=$?; tail -n 2 got.ndjson'
[ -n "$given" ] || [ "$status" = 0 ] || exit "$status"
step "or as a tar stream, in a pipeline" 'pacs-find @archive | pacs-get @archive - -o - --quiet | tar -t | tail -n 2'
if [ -z "$given" ]; then
    step "What came says what was sent, value for value: equal content digests, see pacs-content(7)" \
        'for folder in objects got; do
    pacs-index scan --digest content $folder | sed -n "s/.*\"content_sha256\":\"\([0-9a-f]*\)\".*/\1/p" | sort >$folder.digests
done
wc -l <got.digests; cmp objects.digests got.digests && echo identical'
fi
step "Every stored file is what the index says it is" \
    'sqlite3 archive/index.db "SELECT sha256 || '"'  '"' || path FROM instances" | (cd archive && sha256sum --check --quiet) && echo ok'
if [ -z "$given" ]; then
    step "and bit by bit what was sent" \
        'find objects -type f -exec sha256sum {} + | cut -c1-64 | sort >sent; sqlite3 archive/index.db "SELECT sha256 FROM instances ORDER BY 1" | cmp - sent && echo identical'
fi
step "Stop it in good order" 'kill -TERM $daemon; wait $daemon'
daemon=
printf '\nThe archive was in %s and is removed now. Read on in README.md and man/pacs.7.\n' "$work/archive"
