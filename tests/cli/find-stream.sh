# Questions from standard input: what is no record, has no key, or no answer.
. "$PACS_SUPPORT/archived.sh"
make_objects --count 2 made >/dev/null
start_archived --archive archive --listen 0 --aet ARCHIVE
pacs-store -q made ARCHIVE@127.0.0.1:$port >/dev/null || exit
printf '{"x":1}\n\n{"type":"summary"}\n{"StudyInstanceUID":"../etc"}\n' | pacs-find archive -
echo "$?"
echo '{"StudyInstanceUID":' | pacs-find archive -
echo "$?"
echo some/file.dcm | pacs-find archive -
echo "$?"
pacs-find archive - </dev/null
echo "$?"
