#compdef pacs-archived
# Written by 'pacs-archived --generate zsh'. Change the tool, not this file.
_pacs_archived() {
  _arguments -s -S \
    '(--archive)--archive=[Folder of the archive; made when it is not there]:DIR:_files -/' \
    '*--listen=[Address to listen on; port 0 lets the system choose]:\[ADDR\:\]PORT: ' \
    '*--aet=[Called title to answer to]:TITLE: ' \
    '(--any-aet)--any-aet[Answer to any called title]' \
    '(--durability)--durability=[What an answer of success means\: on disk, or left to the system]:HOW:(flushed os)' \
    '(--on-conflict)--on-conflict=[What to do with other content under a UID that is taken]:HOW:(keep replace reject)' \
    '(--min-free)--min-free=[Refuse objects when less of the disk is free, 10GB or 5%]:SHARE: ' \
    '(--max-associations)--max-associations=[Associations at once in all]:N: ' \
    '(--max-associations-per-peer)--max-associations-per-peer=[Associations at once from one address]:N: ' \
    '(--negotiation-timeout)--negotiation-timeout=[Time a peer has to ask for an association]:DURATION: ' \
    '(--idle-timeout)--idle-timeout=[Time an association may stand still]:DURATION: ' \
    '(--association-timeout)--association-timeout=[Time an association may last in all]:DURATION: ' \
    '(--stop-timeout)--stop-timeout=[Time to finish what runs when told to stop]:DURATION: ' \
    '(--max-pdu)--max-pdu=[Bytes to take in one PDU]:SIZE: ' \
    '(--async-window)--async-window=[Operations outstanding on one association to grant at most]:N: ' \
    '(-h --help)-h[Print this help and exit]' \
    '(-h --help)--help[Print this help and exit]' \
    '(--version)--version[Print the version and exit]' \
    '(--config)--config=[Configuration to read instead of pacs.toml]:FILE:_files' \
    '(-v --verbose)-v[Say more on standard error; twice for debugging]' \
    '(-v --verbose)--verbose[Say more on standard error; twice for debugging]' \
    '(-q --quiet)-q[Say nothing but errors on standard error]' \
    '(-q --quiet)--quiet[Say nothing but errors on standard error]' \
    '(--log-format)--log-format=[What standard error looks like]:FORMAT:(text json)'
}

_pacs_archived "$@"
