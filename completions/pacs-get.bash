# Written by 'pacs-get --generate bash'. Change the tool, not this file.
_pacs_get() {
  local IFS=$' \t\n' line=${COMP_LINE:0:COMP_POINT} breaks=${COMP_WORDBREAKS//[^@=:]} words kind head
  read -a words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  head=${words[-1]}
  mapfile -t COMPREPLY < <(pacs-get --generate complete "${words[@]:1}" 2>/dev/null)
  kind=${COMPREPLY[0]-}
  COMPREPLY=("${COMPREPLY[@]:1}")
  COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
  if [[ $breaks && $head == *[$breaks]* ]]; then
    head=${head%"${head##*[$breaks]}"}
    head=${head%@}
    COMPREPLY=("${COMPREPLY[@]#"$head"}")
  fi
  [[ ${COMPREPLY[0]-} == *[=.] ]] && compopt -o nospace
  [[ $kind == files ]] || compopt +o default
  [[ $kind != folders ]] || compopt -o dirnames
}
complete -o default -F _pacs_get pacs-get
