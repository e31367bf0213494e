# Mistakes on the command line start nothing.
try() {
    pacs-move "$@" >records 2>err
    echo "$? $(wc -l <records) $(head -n 1 err)"
}
mkdir folder
try
try A@127.0.0.1:1
try A@127.0.0.1:1 DEST
try A@127.0.0.1:1 DEST StudyDate
try folder DEST 1.2.3
try https://pacs.example.org/dicom-web DEST 1.2.3
try A@127.0.0.1:1 folder/ 1.2.3
try A@127.0.0.1:1 https://pacs.example.org/dicom-web 1.2.3
try A@127.0.0.1:1 TITLE_LONGER_THAN_16 1.2.3
try A@127.0.0.1:1 @nobody 1.2.3
try A@127.0.0.1:1 DEST 1.2.3 --verify
try A@127.0.0.1:1 DEST PatientID=1 --level patient
try A@127.0.0.1:1 DEST QueryRetrieveLevel=PATIENT PatientID=1
try A@127.0.0.1:1 DEST NoSuchKeyword=1
try A@127.0.0.1:1 DEST 1.2.3 -j 0
try A@127.0.0.1:1 DEST 1.2.3 --resume absent
try A@127.0.0.1:1 DEST 1.2.3 --pause soon
try --unknown A@127.0.0.1:1 DEST 1.2.3
