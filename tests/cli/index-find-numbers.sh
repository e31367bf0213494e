# Binary numbers that a scan keeps with --add, one or several of them: returned and matched as they are.
# needs: jq
make_objects --count 2 --ascii --per-series 2 --per-study 1 tree >/dev/null
first=$(find tree -type f | sort | head -n 1)
pacs-dump --format dicom-json --meta "$first" |
    jq -c '."00189087" = {vr: "FD", Value: [800.5]} | ."00189322" = {vr: "FD", Value: [0.25, -1e-9]} |
        ."00189306" = {vr: "FD", Value: [1e300]} |
        ."0018605A" = {vr: "FL", Value: [0.1]} |
        ."00186020" = {vr: "SL", Value: [-2147483648]} | ."00280106" = {vr: "US", Value: [65535]}' |
    pacs-dump --to-dicom --bulk-from tree >made.dcm
mv made.dcm "$first"
pacs-index scan tree --index x.db --add DiffusionBValue --add 0018,9322 --add 0018,9306 --add 0018,605A \
    --add 0018,6020 --add SmallestImagePixelValue >records
find_() { pacs-find x.db --only --level instance --relational "$@" | jq -c 'select(.type=="instance") | del(.type, .outcome, .path, .size, .node, .sha256, .archive)'; }
find_ 0018,9087=800.5 0018,9322 0018,9306 0018,605A 0018,6020 SmallestImagePixelValue
for key in 0018,9087=800.5 0018,9087=800 "0018,9322=0.25\\-1e-9" 0018,9306=1e300 0018,605A=0.1 0018,6020=-2147483648 \
    SmallestImagePixelValue=65535; do
    printf '%s %s\n' "$key" "$(find_ "$key" | wc -l)"
done
