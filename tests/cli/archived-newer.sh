# An archive that a newer version wrote is refused and not touched.
. "$PACS_SUPPORT/archived.sh"
start_archived --archive archive --listen 0 --aet ARCHIVE
stop_archived >/dev/null
sed -i 's/^format = .*/format = 99/' archive/archive.toml
cp -r archive before
pacs-archived --archive archive --listen 0 --aet ARCHIVE; echo "newer format: $?"
diff -r before archive && echo untouched
