# findscu's command line.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
start_peer ok
pacs-find -aet ME -aec PACS -k QueryRetrieveLevel=STUDY -k 0010,0020 127.0.0.1 $PORT -k StudyDate=20240131 | jq -c '[.type, .outcome, .StudyInstanceUID]'
jq -r 'select(.event=="associate") | .called + " " + .calling' peer.log
