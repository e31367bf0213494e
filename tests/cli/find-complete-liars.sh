# --complete among peers that do not match keys, contradict themselves, or die: unproven, and
# each answer once.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
for ignored in date time date,time; do
    ask_capping studies=patient ignore=$ignored -- && gaps
done
ask_capping studies=patient ignore=patient -- && gaps
ask_capping studies=patient ignore=date,time,patient -- && gaps
ask_capping studies=patient lie=refuse -- && gaps
ask_capping studies=undated -- && gaps
ask_capping studies=noid -- && gaps
ask_capping studies=moment -- && gaps
for lie in random unlike; do
    ask_capping studies=day lie=$lie -- | sed 's/told.*/.../'
    jq -r 'select(.type=="summary") | .complete' answers
done
ask_capping studies=day lie=die --
gaps
ask_capping studies=few -- --max-queries 2 && gaps
ask_capping studies=day end=C001 lie=none cap=1 -- --max-queries 100 | sed 's/told.*/.../'
# the number that the level above states is the proof for series
for stated in 600 500 none; do
    ask_capping studies=series stated=$stated -- --study 2.25.1 --level series | sed 's/told.*/.../'
    gaps
done
