# Attributes that a scan keeps with --add are returned and matched by pacs-find at the level of instances; what the
# index does not have is never taken for a match in silence.
# needs: jq sqlite3
make_objects --count 6 --ascii --per-series 2 --per-study 1 tree >/dev/null
pacs-index scan tree --index x.db --add BitsStored --add ImageType --add SliceThickness --add WindowCenter \
    --add PatientPosition --add AcquisitionDate --add OperatorsName --add 0009,0010 >records
find_() { pacs-find x.db --only --level instance --relational "$@" | jq -c 'select(.type=="instance") | del(.type, .outcome, .path, .size, .node, .sha256)'; }
sqlite3 -readonly x.db 'SELECT DISTINCT tag, value FROM extras ORDER BY 1, 2'
find_ InstanceNumber BitsStored ImageType | head -n 2
for key in BitsStored=12 BitsStored=16 "BitsStored=16\\12" ImageType=DERIVED ImageType=ORIGINAL "ImageType=DERIVED\\AXIAL" "ImageType=PRIM*" "ImageType=*MAR*" "ImageType=\"\""; do
    printf '%s %s\n' "$key" "$(find_ "$key" | wc -l)"
done
pacs-find x.db --only BitsStored=12 | jq -c '[.type, .keys_unsupported, .answers] | select(.[0]=="summary")'
pacs-find x.db --only --level instance --relational RescaleSlope=2 | jq -c '[.type, .keys_unsupported, .answers] | select(.[0]=="summary")'
