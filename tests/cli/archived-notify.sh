# needs: python3
# What a service manager hears: ready, reloading and ready again, that it lives, stopping.
python3 -B "$PACS_SUPPORT/notified.py" pacs-archived --archive archive --listen 0 --aet ARCHIVE 2>log
