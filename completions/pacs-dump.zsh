#compdef pacs-dump
# Written by 'pacs-dump --generate zsh'. Change the tool, not this file.
_pacs_dump_endpoints() {
  local -a nodes
  nodes=(${(f)"$(pacs-dump --generate nodes 2>/dev/null)"})
  _alternative 'nodes:node:compadd -a nodes' 'files:file:_files'
}

_pacs_dump() {
  _arguments -s -S \
    '*:SOURCE:_pacs_dump_endpoints' \
    '*--select=[Print only this attribute\: a keyword, a tag, a path through sequences with dots, 0009xxxx, private, or *]:KEY: ' \
    '(--bulk-threshold)--bulk-threshold=[Point at values of bytes that are longer]:SIZE: ' \
    '(--meta)--meta[The File Meta Information (group 0002) too]' \
    '(-j --jobs)-j+[Read N files at once; 0 is one a core]:N: ' \
    '(-j --jobs)--jobs=[Read N files at once; 0 is one a core]:N: ' \
    '(--format)--format=[Records to print; table when standard output is a terminal]:FORMAT:(ndjson table dicom-json path)' \
    '(--progress)--progress=[How to show progress\: a line on a terminal, or events on standard error]:HOW:(auto json none)' \
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

_pacs_dump "$@"
