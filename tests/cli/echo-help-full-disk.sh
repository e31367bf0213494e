# Help that cannot be written is a failure too.
pacs-echo --help >/dev/full
