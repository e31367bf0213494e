#compdef pacs-echo
# Written by 'pacs-echo --generate zsh'. Change the tool, not this file.
_pacs_echo_endpoints() {
  local -a nodes
  nodes=(${(f)"$(pacs-echo --generate nodes 2>/dev/null)"})
  _alternative 'nodes:node:compadd -a nodes' 'files:file:_files'
}

_pacs_echo() {
  _arguments -s -S \
    '*:PEER:_pacs_echo_endpoints' \
    '(-n --count)-n+[Echoes for each peer; 0 goes on until stopped]:N: ' \
    '(-n --count)--count=[Echoes for each peer; 0 goes on until stopped]:N: ' \
    '(-i --interval)-i+[Time from one echo to the next]:DURATION: ' \
    '(-i --interval)--interval=[Time from one echo to the next]:DURATION: ' \
    '(--calling)--calling=[Our own application entity title]:TITLE: ' \
    '(--connect-timeout)--connect-timeout=[Time to connect and negotiate]:DURATION: ' \
    '(--timeout)--timeout=[Time without progress, or for an answer]:DURATION: ' \
    '(--max-pdu)--max-pdu=[Bytes to take in one PDU]:SIZE: ' \
    '(--user)--user=[User name to identify with]:NAME: ' \
    '(--passcode-file)--passcode-file=[File with the passcode of that user, mode 0600]:FILE:_files' \
    '(--format)--format=[Records to print; table when standard output is a terminal]:FORMAT:(ndjson table)' \
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

_pacs_echo "$@"
