# Written by 'pacs-dump --generate bash'. Change the tool, not this file.
_pacs_dump() {
  local line=${COMP_LINE:0:COMP_POINT}
  local cur=${line##*[[:space:]]} prev=${COMP_WORDS[COMP_CWORD-1]}
  [[ $cur == --*=* ]] && prev=${cur%%=*} cur=${cur#*=}
  COMPREPLY=()
  case $prev in
    --select|--bulk-threshold|-j|--jobs)
      mapfile -t COMPREPLY < <(compgen -W '' -- "$cur")
      return ;;
    --format)
      mapfile -t COMPREPLY < <(compgen -W 'ndjson table dicom-json path' -- "$cur")
      return ;;
    --progress)
      mapfile -t COMPREPLY < <(compgen -W 'auto json none' -- "$cur")
      return ;;
    --config)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return ;;
    --log-format)
      mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur")
      return ;;
  esac
  if [[ $cur == @* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(pacs-dump --generate nodes 2>/dev/null)" -- "$cur")
    [[ $COMP_WORDBREAKS == *@* ]] && COMPREPLY=("${COMPREPLY[@]#@}")
    return
  fi
  [[ $cur == -* ]] && mapfile -t COMPREPLY < <(compgen -W '--select --bulk-threshold --meta -j --jobs --format --progress -h --help --version --config -v --verbose -q --quiet --log-format' -- "$cur")
}
complete -o default -F _pacs_dump pacs-dump
