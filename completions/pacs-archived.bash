# Written by 'pacs-archived --generate bash'. Change the tool, not this file.
_pacs_archived() {
  local line=${COMP_LINE:0:COMP_POINT}
  local cur=${line##*[[:space:]]} prev=${COMP_WORDS[COMP_CWORD-1]}
  [[ $cur == --*=* ]] && prev=${cur%%=*} cur=${cur#*=}
  COMPREPLY=()
  case $prev in
    --archive)
      mapfile -t COMPREPLY < <(compgen -d -- "$cur")
      return ;;
    --listen|--aet|--min-free|--max-associations|--max-associations-per-peer|--negotiation-timeout|--idle-timeout|--association-timeout|--stop-timeout|--max-pdu|--async-window)
      mapfile -t COMPREPLY < <(compgen -W '' -- "$cur")
      return ;;
    --durability)
      mapfile -t COMPREPLY < <(compgen -W 'flushed os' -- "$cur")
      return ;;
    --on-conflict)
      mapfile -t COMPREPLY < <(compgen -W 'keep replace reject' -- "$cur")
      return ;;
    --config)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return ;;
    --log-format)
      mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur")
      return ;;
  esac
  [[ $cur == -* ]] && mapfile -t COMPREPLY < <(compgen -W '--archive --listen --aet --any-aet --durability --on-conflict --min-free --max-associations --max-associations-per-peer --negotiation-timeout --idle-timeout --association-timeout --stop-timeout --max-pdu --async-window -h --help --version --config -v --verbose -q --quiet --log-format' -- "$cur")
}
complete -o default -F _pacs_archived pacs-archived
