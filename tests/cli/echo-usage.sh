# No peer named.
pacs-echo
