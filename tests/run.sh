#!/bin/sh
# Builds everything and runs all tests. On a fresh Debian 12, as root, it first installs what it needs.
#   tests/run.sh            what continuous integration runs: gcc and clang, lint, all tests, sanitizers
#   tests/run.sh --quick    gcc and its tests only
#   tests/run.sh --all      and the long ones: 30 crashes instead of 4, fuzzing, a short benchmark
# PACS_BUILD names the build folder (default: build/ beside the sources, which git ignores).
# The last line is "N passed, N failed"; the exit status is 0 only when nothing failed.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
mode=${1:-}
case $mode in "" | --quick | --all) ;; *) echo "usage: tests/run.sh [--quick|--all]" >&2; exit 2 ;; esac
sh "$here/tests/support/install.sh" test
build=${PACS_BUILD:-$here/build}
jobs=$(($(nproc) + 2))  # tests, many of which wait
if [ -z "${PACS_TEST_DATA:-}" ] && [ -d "$here/../shared/data" ]; then
    PACS_TEST_DATA=$(cd "$here/../shared/data" && pwd)
    export PACS_TEST_DATA
fi
[ "$mode" = --all ] && export PACS_TEST_LONG=1
unset DISPLAY COLUMNS NO_COLOR PACS_CONFIG 2>/dev/null || true
export LC_ALL=C.UTF-8 TCP_NODELAY=1
# ccache, where it is, may use what another checkout compiled, and precompiled headers
export CCACHE_BASEDIR="$here" CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
mkdir -p "$build"
passed=0 failed=0

# step NAME: says what is done next, and since when
step() { printf '\n=== %s (%s)\n' "$1" "$(date +%H:%M:%S)"; }

# compile NAME TARGETS OPTION...: configures and builds one folder; a failure is one failed test
compile() {
    name=$1 targets=$2
    shift 2
    # shellcheck disable=SC2086  # a list of words
    if cmake -S "$here" -B "$build/$name" -G Ninja "$@" >"$build/$name.configure" 2>&1 \
        && ninja -k 0 -C "$build/$name" $targets >"$build/$name.build" 2>&1; then
        passed=$((passed + 1))
    else
        tail -n 60 "$build/$name.configure"
        [ ! -e "$build/$name.build" ] || grep -A 20 '^FAILED' "$build/$name.build" | cut -c 1-400 | head -n 200
        echo "the build '$name' failed"
        failed=$((failed + 1))
        return 1
    fi
}

# check NAME OPTION...: runs ctest in one folder and counts
check() {
    name=$1
    shift
    ctest --test-dir "$build/$name" -j "$jobs" --timeout 600 --output-on-failure --no-tests=error "$@" \
        >"$build/$name.tests" 2>&1 || true
    cat "$build/$name.tests"
    line=$(sed -n 's/.*% tests passed, \([0-9]*\) tests failed out of \([0-9]*\).*/\1 \2/p' "$build/$name.tests")
    if [ -z "$line" ]; then
        failed=$((failed + 1))
        return 0
    fi
    failed=$((failed + ${line% *}))
    passed=$((passed + ${line#* } - ${line% *}))
}

# fuzz: builds the fuzzers and runs each from its corpus; new finds stay out of the sources
fuzz() {
    compile fuzz all -DCMAKE_CXX_COMPILER=clang++ -DPACS_FUZZ=ON || return 0
    for fuzzer in "$build"/fuzz/tests/*_fuzz; do
        name=$(basename "$fuzzer" _fuzz)
        found="$build/fuzz/found/$name"
        mkdir -p "$found"
        if "$fuzzer" -max_total_time=120 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
            -artifact_prefix="$build/fuzz/$name-" "$found" "$here/tests/fuzz/corpus/$name" \
            >"$build/fuzz/$name.log" 2>&1; then
            passed=$((passed + 1))
        else
            tail -n 60 "$build/fuzz/$name.log"
            failed=$((failed + 1))
        fi
    done
}

step "gcc: build, all tests"
compile gcc all -DCMAKE_CXX_COMPILER=g++ "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -g1 -DNDEBUG" && check gcc
if [ "$mode" != --quick ]; then
    step "clang with address and undefined-behaviour sanitizers: lint, unit, fuzz corpora, command line, hostile"
    compile clang-asan all -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1" \
        -DPACS_SANITIZE=ON -DPACS_PRECOMPILE=ON \
        && PACS_TEST_ECHO_LIMIT_MS=2000 check clang-asan -L 'lint|unit|fuzz|cli|hostile'
    threaded="base net archive"
    [ "$mode" != --all ] || threaded="$threaded stream send query diagnose web moving retrieve daemon"
    step "thread sanitizer: $threaded"
    compile tsan "$(printf ' unit_%s' $threaded)" -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Debug \
        "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1" -DPACS_SANITIZE_THREAD=ON -DPACS_PRECOMPILE=ON \
        && check tsan -R "^unit_($(echo $threaded | tr ' ' '|'))\$"
fi
if [ "$mode" = --all ]; then
    step "libFuzzer: each target for two minutes"
    fuzz
    step "benchmark, short: every suite runs and loses nothing"
    if python3 -B "$here/tests/bench/run" "$build/gcc" --rounds 1 --small 300 --ct 30; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
fi
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
