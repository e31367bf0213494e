# --complete finds out a peer that caps its answers, and proves what can be proven.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
# 2,300 studies on one day, 500 answers
asking studies=day --
asking studies=day end=A700 order=date --
asking studies=day end=B000 order=reverse --
asking studies=day end=A700 lie=none --
# 600 of one patient: all come, but what of them has no date or time cannot be asked for, and is named
asking studies=patient --
# ten years, some studies without date
asking studies=spread cap=137 order=date --
asking studies=spread cap=500 end=A700 --
# peers without a cap, large and small, and with nothing
asking studies=day cap=0 --
asking studies=few --
asking studies=none --
# within a span that was asked for there is nothing without date
asking studies=spread cap=100 -- --date 20160101-20161231
finish_asking
