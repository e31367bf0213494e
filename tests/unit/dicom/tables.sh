#!/bin/sh
# The committed tables of lib/dicom are what their script writes from the CSV files beside it.
#   tables.sh SOURCE_DIR
set -eu
tables=$1/lib/dicom/tables
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 "$tables/generate.py" "$scratch"
test "$(ls "$scratch" | wc -l)" -gt 0
status=0
for file in "$scratch"/*; do
    cmp "$file" "$tables/$(basename "$file")" || status=1
done
exit $status
