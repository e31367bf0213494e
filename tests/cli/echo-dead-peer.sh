# Nobody listens on port 1.
pacs-echo PACS@127.0.0.1:1
