# Nobody is there: exit 3, and still a summary.
pacs-move PACS@127.0.0.1:1 DEST 1.2.3
