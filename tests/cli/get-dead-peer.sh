# Nobody listens: exit 3, a summary.
pacs-get A@127.0.0.1:1 1.2.3 -o got --retries 0
