# From an archive and from an index: files are copied and held against their digest.
# needs: jq
make_objects --count 6 objects >/dev/null
pacs-store objects new 2>/dev/null || { mkdir archive; }
pacs-index scan objects --index files.db >/dev/null
pacs-get files.db --since 100y -o got | jq -c 'select(.type=="summary") | [.outcome, .announced, .retrieved, .missing]'
for file in $(find objects -type f); do sha256sum <"$file"; done | sort >before
find got -type f -exec sha256sum {} + | sed 's/ .*/  -/' | sort >after
cmp before after && echo "the same bytes"
tar cf members.tar objects
pacs-index scan members.tar --index members.db >/dev/null
pacs-get members.db --since 100y -o - | tar tf - | wc -l
victim=$(find objects -type f | sort | head -n 1)
printf X | dd of="$victim" bs=1 seek=200 conv=notrunc 2>/dev/null
rm "$(find objects -type f | sort | tail -n 1)"
pacs-index scan objects --index digests.db --digest file >/dev/null
printf Y | dd of="$victim" bs=1 seek=201 conv=notrunc 2>/dev/null
pacs-get digests.db --since 100y -o second | jq -c 'select(.outcome=="failed") | [.type, .reason, .missing]'
pacs-get files.db --since 100y -o third | jq -c 'select(.outcome=="failed") | [.type, .reason, .missing]' | sort -u
