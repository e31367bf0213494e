# SIGTERM while the next path does not come: what came is printed, the summary too, exit 143.
# needs: jq
make_objects --count 1 objects >/dev/null
mkfifo paths records
pacs-dump - <paths >records &
tool=$!
exec 3>paths
echo objects/0000/000000.dcm >&3
{
    read -r first
    echo "$first"
    kill -TERM $tool
    cat
} <records | jq -c '[.type, .outcome, .exit_status]'
wait $tool
