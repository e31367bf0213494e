# --complete among peers that do not match keys, contradict themselves, or die: unproven, and
# each answer once.
# needs: python3 jq
. "$PACS_SUPPORT/peer.sh"
for ignored in date time date,time; do
    asking studies=patient ignore=$ignored --
done
asking studies=patient ignore=patient --
asking studies=patient ignore=date,time,patient --
asking studies=patient lie=refuse --
asking studies=undated --
asking studies=noid --
asking studies=moment --
asking studies=day lie=die --
asking studies=few -- --max-queries 2
# the same answers whatever is asked, and no lie at all: studies that come and go while we ask
asking studies=few ignore=date,time,patient --
asking studies=few lie=grows --
asking studies=few lie=shrinks --
finish_asking
# of these only the end is sure
for lie in random unlike; do
    asking studies=day lie=$lie --
done
asking studies=day end=C001 lie=none cap=1 -- --max-queries 100
# the number that the level above states is the proof for series
for stated in 600 500 none; do
    asking studies=series stated=$stated -- --study 2.25.1 --level series
done
finish_asking >finished
sed -E 's/told.*/.../; s/"unproven",[0-9]+,\["(StudyDate|Pat|everything).*/"unproven" .../' finished
