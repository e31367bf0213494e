#compdef pacs-find
# Written by 'pacs-find --generate zsh'. Change the tool, not this file.
_pacs_find_endpoints() {
  local -a nodes
  nodes=(${(f)"$(pacs-find --generate nodes 2>/dev/null)"})
  _alternative 'nodes:node:compadd -a nodes' 'files:file:_files'
}

_pacs_find() {
  _arguments -s -S \
    ':SOURCE:_pacs_find_endpoints' \
    '*:KEY\[=VALUE\]:_files' \
    '*--study=[Study Instance UID]:UID: ' \
    '*--series=[Series Instance UID]:UID: ' \
    '*--accession=[Accession Number]:NUMBER: ' \
    '*--patient-id=[Patient ID]:ID: ' \
    '(--name)--name=[Patient'\''s Name; * follows unless there is a wildcard or ^]:PATTERN: ' \
    '*--modality=[Modality]:CODE: ' \
    '(--date)--date=[Study Date\: a day, DAY..DAY or YYYYMMDD-YYYYMMDD]:DATE: ' \
    '(--since)--since=[Study Date from that day on\: 20240131, today, 7d, 2w, 6m, 1y]:DAY: ' \
    '(--until)--until=[Study Date up to that day]:DAY: ' \
    '(--patient-root)--patient-root[Ask under Patient Root, not Study Root]' \
    '(--relational)--relational[Negotiate relational queries\: no keys of levels above needed]' \
    '(--fuzzy)--fuzzy[Negotiate fuzzy matching of names]' \
    '(--only)--only[Ask for the named attributes only]' \
    '(--level)--level=[What is asked for; default by the keys, see above]:LEVEL:(patient study series instance)' \
    '(-n --limit)-n+[Stop after N answers; 0 is all]:N: ' \
    '(-n --limit)--limit=[Stop after N answers; 0 is all]:N: ' \
    '(--max-duration)--max-duration=[Longest time for a question]:DURATION: ' \
    '(--explain)--explain[Print what would be sent, and stop]' \
    '(--format)--format=[Records to print; table when standard output is a terminal]:FORMAT:(ndjson table dicom-json)' \
    '(--calling)--calling=[Our own application entity title]:TITLE: ' \
    '(--charset)--charset=[Specific Character Set to ask in, and of answers without one]:TERM: ' \
    '(--connect-timeout)--connect-timeout=[Time to connect and negotiate]:DURATION: ' \
    '(--timeout)--timeout=[Time without progress, or for an answer]:DURATION: ' \
    '(--max-pdu)--max-pdu=[Bytes to take in one PDU]:SIZE: ' \
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

_pacs_find "$@"
