#compdef pacs-store
# Written by 'pacs-store --generate zsh'. Change the tool, not this file.
_pacs_store_endpoints() {
  local -a nodes
  nodes=(${(f)"$(pacs-store --generate nodes 2>/dev/null)"})
  _alternative 'nodes:node:compadd -a nodes' 'files:file:_files'
}

_pacs_store() {
  _arguments -s -S \
    '*:SOURCE:_pacs_store_endpoints' \
    ':DEST:_pacs_store_endpoints' \
    '(-j --jobs)-j+[Send over N associations at once]:N: ' \
    '(-j --jobs)--jobs=[Send over N associations at once]:N: ' \
    '(--skip-existing)--skip-existing[Ask DEST for each series, and send only what it does not have]' \
    '*--resume=[Skip what these records of earlier runs say is stored at DEST]:FILE:_files' \
    '*--set=[Set an attribute in every object; the record says so]:KEY=VALUE: ' \
    '(--dry-run)--dry-run[Negotiate, and say what would be sent and how]' \
    '(--as-is)--as-is[Never convert to another transfer syntax]' \
    '(--retries)--retries=[Try again so often what can pass]:N: ' \
    '(--retry-delay)--retry-delay=[Wait so long before the first retry]:DURATION: ' \
    '(--on-conflict)--on-conflict=[What an archive does with other content under the same UID]:HOW:(keep replace reject)' \
    '(--durability)--durability=[When an object counts as stored]:HOW:(flushed os)' \
    '(--format)--format=[Records to print; table when standard output is a terminal]:FORMAT:(ndjson table)' \
    '(--progress)--progress=[How to show progress\: a line on a terminal, or events on standard error]:HOW:(auto json none)' \
    '(--calling)--calling=[Our own application entity title]:TITLE: ' \
    '(--connect-timeout)--connect-timeout=[Time to connect and negotiate]:DURATION: ' \
    '(--timeout)--timeout=[Time without progress, or for an answer]:DURATION: ' \
    '(--max-pdu)--max-pdu=[Bytes to take in one PDU]:SIZE: ' \
    '(--async-window)--async-window=[Operations outstanding on one association to propose]:N: ' \
    '(--user)--user=[User name to identify with]:NAME: ' \
    '(--passcode-file)--passcode-file=[File with the passcode of that user, mode 0600]:FILE:_files' \
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

_pacs_store "$@"
