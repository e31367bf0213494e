# Keywords, tags, groups, private elements and paths through sequences, all of a set.
make_objects --odd odd >/dev/null
for key in PatientID 0010,0020 '(0010,0020)' 0010xxxx private PixelData 0002,0010 \
    ContentSequence.ContentSequence 'ContentSequence[2]'; do
    echo "$key"
    for file in private-elements nested-30 rle; do
        pacs-dump --format path --select "$key" odd/legal/$file.dcm | cut -c 1-100
    done
done
pacs-dump --select PatientID --select 0029xxxx odd/legal/private-elements.dcm
