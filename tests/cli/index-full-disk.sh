# Standard output on a full disk: exit 5, said so.
make_objects --count 20 --ascii tree >/dev/null
pacs-index scan tree >/dev/full
echo "$?"
pacs-index stats tree >/dev/full
echo "$?"
pacs-index --help >/dev/full
echo "$?"
