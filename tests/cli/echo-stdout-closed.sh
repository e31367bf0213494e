# A closed standard output is not silently success.
pacs-echo -q PACS@127.0.0.1:1 >&-
