# Records that cannot be written are a failure.
pacs-echo -q PACS@127.0.0.1:1 >/dev/full
