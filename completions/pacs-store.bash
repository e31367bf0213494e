# Written by 'pacs-store --generate bash'. Change the tool, not this file.
_pacs_store() {
  local line=${COMP_LINE:0:COMP_POINT}
  local cur=${line##*[[:space:]]} prev=${COMP_WORDS[COMP_CWORD-1]}
  [[ $cur == --*=* ]] && prev=${cur%%=*} cur=${cur#*=}
  COMPREPLY=()
  case $prev in
    -j|--jobs|--set|--retries|--retry-delay|--calling|--connect-timeout|--timeout|--max-pdu|--async-window|--user)
      mapfile -t COMPREPLY < <(compgen -W '' -- "$cur")
      return ;;
    --resume|--passcode-file|--config)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return ;;
    --on-conflict)
      mapfile -t COMPREPLY < <(compgen -W 'keep replace reject' -- "$cur")
      return ;;
    --durability)
      mapfile -t COMPREPLY < <(compgen -W 'flushed os' -- "$cur")
      return ;;
    --format)
      mapfile -t COMPREPLY < <(compgen -W 'ndjson table' -- "$cur")
      return ;;
    --progress)
      mapfile -t COMPREPLY < <(compgen -W 'auto json none' -- "$cur")
      return ;;
    --log-format)
      mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur")
      return ;;
  esac
  if [[ $cur == @* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(pacs-store --generate nodes 2>/dev/null)" -- "$cur")
    [[ $COMP_WORDBREAKS == *@* ]] && COMPREPLY=("${COMPREPLY[@]#@}")
    return
  fi
  [[ $cur == -* ]] && mapfile -t COMPREPLY < <(compgen -W '-j --jobs --skip-existing --resume --set --dry-run --as-is --retries --retry-delay --on-conflict --durability --format --progress --calling --connect-timeout --timeout --max-pdu --async-window --user --passcode-file -h --help --version --config -v --verbose -q --quiet --log-format' -- "$cur")
}
complete -o default -F _pacs_store pacs-store
