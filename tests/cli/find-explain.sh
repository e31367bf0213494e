# The identifier that would be sent, in each shape, and nothing else; no peer is needed.
pacs-find P@127.0.0.1:1 --date 20240101-20240131 --name müller --explain --only
pacs-find P@127.0.0.1:1 --name müller --charset 'ISO_IR 100' --explain --only --format table
pacs-find P@127.0.0.1:1 --study 1.2 --study 1.3 --explain --only --format dicom-json
pacs-find P@127.0.0.1:1 --study 1.2 --level series --explain --format table
pacs-find P@127.0.0.1:1 --level patient --relational --fuzzy --explain --format table
pacs-find P@127.0.0.1:1 --explain --only RequestAttributesSequence.RequestedProcedureID=7 --relational --series 1.2.3 --format table
