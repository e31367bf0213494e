#!/bin/sh
# Installs the Debian packages a job needs, when some are missing and we are root; else says what to
# install and exits 2.
#   install.sh build    to build the tools
#   install.sh demo     and to run examples/quickstart.sh
#   install.sh test     and to run tests/run.sh
#   install.sh bench    and to run tests/bench/run
set -eu
build="g++ cmake ninja-build pkg-config catch2 libarchive-dev libcli11-dev libcurl4-openssl-dev
    libdcmtk-dev libfmt-dev libopenjp2-7-dev libsimdjson-dev libsqlite3-dev libssl-dev
    libtomlplusplus-dev zlib1g-dev"
demo="$build dcmtk sqlite3"
test="$demo clang clang-format clang-tidy libclang-rt-14-dev ccache git python3 jq strace iproute2
    procps groff zsh fish orthanc orthanc-dicomweb dpkg-dev file fakeroot openssl systemd
    xz-utils zstd nginx"
bench="$test libgdcm-tools"
case ${1:-} in
    build) wanted=$build ;;
    demo) wanted=$demo ;;
    test) wanted=$test ;;
    bench) wanted=$bench ;;
    *) echo "usage: install.sh build|demo|test|bench" >&2; exit 2 ;;
esac
missing=""
for package in $wanted; do
    state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$state" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
    echo "missing packages; as root run: apt-get install --no-install-recommends$missing" >&2
    exit 2
fi
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >&2
# a daemon that a package brings must not start on a machine that only tests with it
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
    trap 'rm -f $policy' EXIT
fi
# shellcheck disable=SC2086  # a list of words
apt-get install -q -y --no-install-recommends $missing >&2
