# --complete finds out a peer that caps its answers, and proves what can be proven.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
# 2,300 studies on one day, 500 answers
ask_capping studies=day -- && gaps
ask_capping studies=day end=A700 order=date -- && gaps
ask_capping studies=day end=B000 order=reverse -- && gaps
ask_capping studies=day end=A700 lie=none -- && gaps
# 600 of one patient: all come, but what of them has no date or time cannot be asked for, and is named
ask_capping studies=patient -- && gaps
# ten years, some studies without date
ask_capping studies=spread cap=137 order=date -- && gaps
ask_capping studies=spread cap=500 end=A700 -- && gaps
# peers without a cap, large and small, and with nothing
ask_capping studies=day cap=0 -- && gaps
ask_capping studies=few -- && gaps
ask_capping studies=none -- && gaps
# within a span that was asked for there is nothing without date
ask_capping studies=spread cap=100 -- --date 20160101-20161231 && gaps
