# Mistakes on the command line start nothing.
try() {
    pacs-store "$@" >records 2>err
    echo "$? $(wc -l <records) $(head -n 1 err)"
}
mkdir folder
try
try folder
try folder nobody
try folder folder
try folder https://pacs.example.org/dicom-web?limit=1
try - - A@127.0.0.1:1
try folder A@127.0.0.1:1 --set PatientID
try folder A@127.0.0.1:1 --set SOPInstanceUID=1.2
try folder A@127.0.0.1:1 --set StudyDate=soon
try folder A@127.0.0.1:1 --resume absent
try folder A@127.0.0.1:1 -j 0
try folder A@127.0.0.1:1 --on-conflict maybe
try folder A@127.0.0.1:1 --retry-delay soon
try --unknown folder A@127.0.0.1:1
