#compdef pacs-get
# Written by 'pacs-get --generate zsh'. Change the tool, not this file.
_pacs_get() {
  local -a lines whole open
  local line word kind head= ret=1
  lines=("${(@f)$(pacs-get --generate complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  kind=$lines[1]
  compset -P '--*=' && head=$IPREFIX
  for line in "${(@)lines[2,-1]}"; do
    word=${${line%%$'\t'*}#$head}
    [[ $line == *$'\t'* ]] && word=${word//:/\\:}:${line#*$'\t'} || word=${word//:/\\:}
    [[ ${line%%$'\t'*} == *[=.] ]] && open+=("$word") || whole+=("$word")
  done
  (( $#whole )) && _describe -t words word whole -M 'm:{a-zA-Z}={A-Za-z}' && ret=0
  (( $#open )) && _describe -t words word open -M 'm:{a-zA-Z}={A-Za-z}' -S '' && ret=0
  [[ $kind == files ]] && _files && ret=0
  [[ $kind == folders ]] && _files -/ && ret=0
  return ret
}

_pacs_get "$@"
