# A DICOMDIR is a hint: what it names is looked at, what is missing said, and nothing outside its folder is touched,
# whatever it says.
# needs: dcmmkdir jq python3
make_objects --count 6 --ascii --seed 3 made >/dev/null
mkdir -p media/IMAGES
number=0
for file in made/0000/*.dcm; do
    number=$((number + 1))
    cp "$file" "media/IMAGES/IM00000$number"
done
cp media/IMAGES/IM000006 SECRET
(cd media && dcmmkdir --quiet --invent --invent-patient-id +r +id . 2>../err) || { cat err; exit 1; }
rm media/IMAGES/IM000002
show() { jq -c '[.type, .outcome, .reason, .path // .message // "", .files, .objects, .exit_status] | map(select(. != null))'; }
pacs-index scan media/DICOMDIR | show
# the same as a file among others
pacs-index scan media | show
# names of the same length that lead out of the folder, to the directory itself, and into nothing
python3 - <<'PYTHON'
data = open("media/DICOMDIR", "rb").read()
for number, name in (1, b"..\\SECRET"), (3, b"../SECRET"), (4, b"DICOMDIR"), (5, b"IMAGES\\\\SECRET"), (6, b".\\IMAGES\\..\\X"):
    old = b"IMAGES\\IM00000%d" % number
    assert data.count(old) == 1
    data = data.replace(old, name.ljust(len(old)))
open("media/hostile", "wb").write(data)
PYTHON
mv media/hostile media/DICOMDIR
pacs-index scan media/DICOMDIR | show
pacs-index scan media/DICOMDIR --index x.db | tail -n 1 | jq -c '[.files, .objects]'
rm SECRET
head -c 700 media/DICOMDIR >cut && mv cut media/DICOMDIR
pacs-index scan media/DICOMDIR | show
echo nonsense >media/DICOMDIR
pacs-index scan media/DICOMDIR | show
