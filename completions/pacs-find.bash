# Written by 'pacs-find --generate bash'. Change the tool, not this file.
_pacs_find() {
  local line=${COMP_LINE:0:COMP_POINT}
  local cur=${line##*[[:space:]]} prev=${COMP_WORDS[COMP_CWORD-1]}
  [[ $cur == --*=* ]] && prev=${cur%%=*} cur=${cur#*=}
  COMPREPLY=()
  case $prev in
    --study|--series|--accession|--patient-id|--name|--modality|--date|--since|--until|-n|--limit|--max-duration|--calling|--charset|--connect-timeout|--timeout|--max-pdu|--user)
      mapfile -t COMPREPLY < <(compgen -W '' -- "$cur")
      return ;;
    --level)
      mapfile -t COMPREPLY < <(compgen -W 'patient study series instance' -- "$cur")
      return ;;
    --format)
      mapfile -t COMPREPLY < <(compgen -W 'ndjson table dicom-json' -- "$cur")
      return ;;
    --passcode-file|--config)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return ;;
    --log-format)
      mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur")
      return ;;
  esac
  if [[ $cur == @* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(pacs-find --generate nodes 2>/dev/null)" -- "$cur")
    [[ $COMP_WORDBREAKS == *@* ]] && COMPREPLY=("${COMPREPLY[@]#@}")
    return
  fi
  [[ $cur == -* ]] && mapfile -t COMPREPLY < <(compgen -W '--study --series --accession --patient-id --name --modality --date --since --until --patient-root --relational --fuzzy --only --level -n --limit --max-duration --explain --format --calling --charset --connect-timeout --timeout --max-pdu --user --passcode-file -h --help --version --config -v --verbose -q --quiet --log-format' -- "$cur")
}
complete -o default -F _pacs_find pacs-find
