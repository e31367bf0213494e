# A table for eyes, with what the peer says made harmless.
# needs: python3
. "$PACS_SUPPORT/peer.sh"
start_peer answer-comment-escape
pacs-echo -q --format table PACS@127.0.0.1:$PORT NONE@127.0.0.1:1 | sed -E 's/ +[0-9.]+ +[0-9.]+  / N N  /' | LC_ALL=C sort | cat -v
