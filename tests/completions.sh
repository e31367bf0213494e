#!/bin/sh
# Loads each completion into its own shell and completes something with it.
#   completions.sh TOOL SOURCE_DIR
set -eu
tool=$1 source=$2 name=$(basename "$1") status=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
PATH=$(cd "$(dirname "$tool")" && pwd):$PATH
export PATH HOME="$scratch" PACS_CONFIG="$scratch/pacs.toml"
printf '[node.oldpacs]\naddress = "A@127.0.0.1:104"\n' >"$PACS_CONFIG"
fail() { echo "FAIL: $*"; status=1; }
"$tool" --help | grep -qE '^Usage:.*(PEER|SOURCE|DEST)' && endpoints=1 || endpoints=0

# bash: the function is called as readline would
complete_bash() { # LINE
    bash --norc -c '
        set -u; source "$1"; COMP_LINE=$2; COMP_POINT=${#2}
        read -ra COMP_WORDS <<<"$2"; [[ $2 == *" " ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        "_${3//-/_}"; printf "%s\n" "${COMPREPLY[@]:-}"' bash \
        "$source/completions/$name.bash" "$1" "$name"
}
complete_bash "$name --log-form" | grep -qx -- --log-format || fail "bash: an option"
complete_bash "$name --log-format j" | grep -qx json || fail "bash: a choice"
complete_bash "$name --log-format=j" | grep -qx json || fail "bash: a choice behind ="
[ $endpoints = 0 ] || complete_bash "$name @old" | grep -qx oldpacs || fail "bash: a node"

if command -v zsh >/dev/null; then
    zsh -n "$source/completions/$name.zsh" || fail "zsh: syntax"
    mkdir "$scratch/zsh" && cp "$source/completions/$name.zsh" "$scratch/zsh/_$name"
    zsh -f -c 'fpath=($1 $fpath); autoload -U compinit; compinit -u -D; [[ $_comps[$2] == _$2 ]]' \
        zsh "$scratch/zsh" "$name" || fail "zsh: compinit does not find it"
fi
if command -v fish >/dev/null; then
    fish --no-execute "$source/completions/$name.fish" || fail "fish: syntax"
    ask_fish() {
        fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$source/completions/$name.fish" "$1"
    }
    ask_fish "$name --log-form" | grep -q '^--log-format' || fail "fish: an option"
    ask_fish "$name --log-format j" | grep -q '^json' || fail "fish: a choice"
    [ $endpoints = 0 ] || ask_fish "$name @old" | grep -q '^@oldpacs' || fail "fish: a node"
fi
exit $status
