# A folder is no peer.
pacs-echo /
