# Written by 'pacs-echo --generate bash'. Change the tool, not this file.
_pacs_echo() {
  local line=${COMP_LINE:0:COMP_POINT}
  local cur=${line##*[[:space:]]} prev=${COMP_WORDS[COMP_CWORD-1]}
  [[ $cur == --*=* ]] && prev=${cur%%=*} cur=${cur#*=}
  COMPREPLY=()
  case $prev in
    -n|--count|-i|--interval|--calling|--connect-timeout|--timeout|--max-pdu|--user)
      mapfile -t COMPREPLY < <(compgen -W '' -- "$cur")
      return ;;
    --passcode-file|--config)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return ;;
    --format)
      mapfile -t COMPREPLY < <(compgen -W 'ndjson table' -- "$cur")
      return ;;
    --log-format)
      mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur")
      return ;;
  esac
  if [[ $cur == @* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(pacs-echo --generate nodes 2>/dev/null)" -- "$cur")
    [[ $COMP_WORDBREAKS == *@* ]] && COMPREPLY=("${COMPREPLY[@]#@}")
    return
  fi
  [[ $cur == -* ]] && mapfile -t COMPREPLY < <(compgen -W '-n --count -i --interval --calling --connect-timeout --timeout --max-pdu --user --passcode-file --format -h --help --version --config -v --verbose -q --quiet --log-format' -- "$cur")
}
complete -o default -F _pacs_echo pacs-echo
