# What hostile web servers do, and what is said of it: every exit status is true, every end has a summary,
# nothing takes long or much.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
most=1000000 # KiB, but for the address sanitizer, which reserves more
sh -c "ulimit -v $most; pacs-find --version; exit \$?" >/dev/null 2>&1 || most=unlimited
# one MODE PATIENCE WORD...: in a folder of its own, beside others
one() (
    peers=
    trap stop_peers EXIT
    mkdir "$1" && cd "$1" || exit
    start_web "$1"
    shift
    (ulimit -v $most && exec pacs-find -q --only "$WEB" "$@" >records 2>said)
    echo $? >status
)
modes='status-301 status-400 status-401 status-403 status-404 status-418 status-429 status-500 status-502 status-503 redirect
    late escape once-429 once-503 once-502 once-reset close stall garbage ssh header-endless header-long header-drip
    interim-endless cut cut-unnoticed chunks chunk-garbage chunk-cut body-stall not-json json-object json-nested
    json-brackets json-huge json-wrong json-escape other-studies'
at=0
for mode in $modes; do
    case $mode in  # short only for those who say nothing
        stall | body-stall | *-drip) patience=1s ;;
        *) patience=20s ;;
    esac
    one $mode --timeout $patience StudyInstanceUID=1.2.3.1 StudyInstanceUID=1.2.3.3 &
    at=$((at + 1))
    [ $((at % 10)) -ne 0 ] || wait
done
# those without an end are ended by the time for a question
one json-endless --question-duration 2s &
one pages-endless --question-duration 2s &
wait
for mode in $modes; do
    printf '%s: %s ' $mode "$(cat $mode/status)"
    tail -n 1 $mode/records | jq -c '[.type, .answers, .ok, .warning, .failed, .truncated, .http_status, .reason]'
    cat $mode/said >&2
done
for mode in json-endless pages-endless; do
    printf '%s: %s ' $mode "$(cat $mode/status)"
    tail -n 1 $mode/records | jq -c '[.type, .truncated, .answers > 100]'
done
