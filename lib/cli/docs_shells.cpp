#include "cli/docs.hpp"
#include "cli/option_table.hpp"

namespace pacs::cli {

namespace {

// In these @F is the function's name, @T the tool's. Each hands what is typed to the tool and
// offers what it answers (completion.hpp).

// `read` without -r undoes backslashes. Readline replaces only what follows the last of "=", ":"
// and
// "@", as far as COMP_WORDBREAKS has them, and the "@" itself. Without a match -o default completes
// file names, quoted as readline knows to.
constexpr const char* bash_frame =
    R"sh(# Written by '@T --generate bash'. Change the tool, not this file.
@F() {
  local IFS=$' \t\n' line=${COMP_LINE:0:COMP_POINT} breaks=${COMP_WORDBREAKS//[^@=:]} words kind head
  read -a words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  head=${words[-1]}
  mapfile -t COMPREPLY < <(@T --generate complete "${words[@]:1}" 2>/dev/null)
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
complete -o default -F @F @T
)sh";

constexpr const char* zsh_frame = R"sh(#compdef @T
# Written by '@T --generate zsh'. Change the tool, not this file.
@F() {
  local -a lines whole open
  local line word kind head= ret=1
  lines=("${(@f)$(@T --generate complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
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

@F "$@"
)sh";

constexpr const char* fish_frame =
    R"sh(# Written by '@T --generate fish'. Change the tool, not this file.
function _@F
    set -l words (commandline -opc)
    set -e words[1]
    set -l token (commandline -ct)
    set -l lines (@T --generate complete $words "$token" 2>/dev/null)
    set -l head (string match -r -- '^--[^=]*=' "$token")
    set -l value (string replace -r -- '^--[^=]*=' '' "$token")
    switch "$lines[1]"
        case files
            string join \n -- "$head"(__fish_complete_path (string unescape -- "$value"))
        case folders
            string join \n -- "$head"(__fish_complete_directories "$value" '')
    end
    set -e lines[1]
    string join \n -- $lines
end
complete -c @T -f -a '(_@F)'
)sh";

std::string filled(const std::string& frame, const Tool& tool)
{
    const std::string function = "_" + replaced(tool.info().name, "-", "_");
    return replaced(replaced(frame, "@F", function), "@T", tool.info().name);
}

}  // namespace

std::string bash_completion(const Tool& tool)
{
    return filled(bash_frame, tool);
}

std::string zsh_completion(const Tool& tool)
{
    return filled(zsh_frame, tool);
}

std::string fish_completion(const Tool& tool)
{
    return filled(fish_frame, tool);
}

}  // namespace pacs::cli
