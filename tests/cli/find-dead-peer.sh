# Nobody is there: exit 3, and still a summary.
pacs-find PACS@127.0.0.1:1 --since 7d
