# A peer without a port.
pacs-echo PACS@localhost
