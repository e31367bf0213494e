# Nobody listens: no object is blamed, the run fails as a whole.
make_objects --count 3 objects >/dev/null
pacs-store objects A@127.0.0.1:1 --retries 1 --retry-delay 1ms
