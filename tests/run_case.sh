#!/bin/sh
# Runs one CLI case and compares what it did with the files beside it.
#   run_case.sh CASE.sh BUILD_DIR
# CASE.stdout and CASE.stderr are the expected output (no file: must be empty); CASE.exit is the
# expected status (no file: 0). What differs from run to run is written as N first: seconds,
# milliseconds, rates, ports of loopback, process ids in locks, the scratch folder.
# UPDATE=1 rewrites the files instead; review the diff before committing.
# A case runs in an empty folder, with $PACS_SUPPORT for the helpers and no configuration.
# One that begins with "# needs: COMMAND..." is skipped (77) where a command is missing.
set -u
case=$(cd "$(dirname "$1")" && pwd)/$(basename "${1%.sh}")
build=$2
here=$(cd "$(dirname "$0")" && pwd)
for command in $(sed -n 's/^# needs: //p' "$case.sh"); do
    command -v "$command" >/dev/null || { echo "skipped: no $command"; exit 77; }
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/work" "$scratch/home"
export PATH="$build:$build/tests:$PATH" LC_ALL=C.UTF-8 TZ=UTC HOME="$scratch/home"
export PACS_SUPPORT="$here/support" TCP_NODELAY=1
unset XDG_CONFIG_HOME $(env | sed -n 's/^\(PACS_[A-Z_]*\)=.*/\1/p' | grep -v PACS_SUPPORT) 2>/dev/null

(cd "$scratch/work" && sh "$case.sh") >"$scratch/stdout.raw" 2>"$scratch/stderr.raw" </dev/null
echo $? >"$scratch/exit"
for stream in stdout stderr; do
    sed -E -e "s|$scratch/work|SCRATCH|g" \
        -e 's/("([a-z0-9_]+_)?(seconds|ms|rate|per_second|bytes_per_second)"):[0-9.e+-]+/\1:N/g' \
        -e 's/\b(([a-z0-9_]+_)?(seconds|ms|rate|per_second|bytes_per_second)) [0-9.e+-]+/\1 N/g' \
        -e 's/(127\.0\.0\.1|\[::1\]|localhost):[0-9]+/\1:N/g' -e 's/("port"):[0-9]+/\1:N/g' \
        -e 's/held by process [0-9]+/held by process N/g' -e 's/("time"):"[0-9TZ:.-]+"/\1:"T"/g' \
        "$scratch/$stream.raw" >"$scratch/$stream"
done
result=0
for kind in stdout stderr exit; do
    got="$scratch/$kind" want="$case.$kind"
    default=/dev/null
    [ $kind = exit ] && { default="$scratch/zero"; echo 0 >"$default"; }
    if [ "${UPDATE:-0}" = 1 ]; then
        if cmp -s "$got" "$default"; then rm -f "$want"; else cp "$got" "$want"; fi
        continue
    fi
    [ -e "$want" ] || want=$default
    diff -u "$want" "$got" || { echo "FAIL: $(basename "$case") $kind"; result=1; }
done
exit $result
