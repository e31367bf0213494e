#!/bin/sh
# Completes with each completion in its own shell: at bash's and zsh's own editors on a terminal
# (support/complete.py), and with fish's `complete -C`.
#   completions.sh TOOL SOURCE_DIR
set -eu
tool=$1 source=$(cd "$2" && pwd) name=$(basename "$1") status=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
PATH=$(cd "$(dirname "$tool")" && pwd):$PATH
export PATH HOME="$scratch" PACS_CONFIG="$scratch/pacs.toml"
printf '[node.oldpacs]\naddress = "A@127.0.0.1:104"\n' >"$PACS_CONFIG"
cd "$scratch"
touch 'my report.txt'
mkdir 'our archive'
fail() { echo "FAIL: $*"; status=1; }

# wanted: what is typed, and what it becomes at the next Tab, with the blank that follows
expect() { printf '%s\n' "$name $1" >>typed; printf '<%s>\n' "$name $2" >>wanted; }
offers() { "$tool" --help | grep -qE "$1"; }
expect '--log-form' '--log-format '
expect '--log-format j' '--log-format json '
expect '--log-format=j' '--log-format=json '
expect '--config my' '--config my\ report.txt '
expect '--config=my\ re' '--config=my\ report.txt '
expect '--config my\ report.txt --log-format=text --verb' '--config my\ report.txt --log-format=text --verbose '
if offers '^Usage:.* \[?(PEER|SOURCE|DEST|NODE)' && offers '^Association:'; then expect '@ol' '@oldpacs '; fi
if offers '^Usage:.* \[?KEY\[=VALUE\]'; then
    expect '@oldpacs StudyInst' '@oldpacs StudyInstanceUID='
    expect '@oldpacs --verbose RequestAttributesS' '@oldpacs --verbose RequestAttributesSequence.'
    expect '@oldpacs RequestAttributesSequence.ScheduledProcedureStepI' \
        '@oldpacs RequestAttributesSequence.ScheduledProcedureStepID='
    expect '@oldpacs AvailableTransferSyntaxUID=1.2.840.10008.1.2.4.7' \
        '@oldpacs AvailableTransferSyntaxUID=1.2.840.10008.1.2.4.70 '
    expect '@oldpacs AvailableTransferSyntaxUID=JPEG2000L' '@oldpacs AvailableTransferSyntaxUID=JPEG2000Lossless '
fi
# takes [COMMAND]: options of it that take a keyword, a change or a transfer syntax, whichever there are
takes() {
    for option in $("$tool" ${1+"$1"} --help | sed -nE 's/^  (-., )?(--[a-z-]+) (KEY|KEY=VALUE|SYNTAX)( .*|$)/\2:\3/p'); do
        word=${1+"$1 "}${option%:*}
        case $option in
            *:KEY) expect "$word PatientBirthTi" "$word PatientBirthTime " ;;
            *:KEY=VALUE) expect "$word PatientBirthTi" "$word PatientBirthTime=" ;;
            *)
                expect "$word 1.2.840.10008.1.2.4.7" "$word 1.2.840.10008.1.2.4.70 "
                expect "$word jpeg2000l" "$word JPEG2000Lossless "
                ;;
        esac
    done
}
takes
if offers '--select KEY .* path'; then
    expect '--select RequestAttributesSequence.ScheduledProcedureStepI' \
        '--select RequestAttributesSequence.ScheduledProcedureStepID '
fi
if offers '^Usage:.* COMMAND'; then
    for command in $("$tool" --help | sed -nE '/^Usage/,/^Common/s/^  ([a-z]+)  .*/\1/p'); do
        takes "$command"
        expect "$command --log-form" "$command --log-format "
        if "$tool" "$command" --help | grep -qE '^Usage:.* ARCHIVE'; then
            expect "$command our" "$command our\\ archive/"
        else
            expect "$command my" "$command my\\ report.txt "
        fi
    done
fi

for shell in bash zsh; do
    if ! command -v $shell >/dev/null || ! command -v python3 >/dev/null; then
        echo "no $shell or python3 here: not tested"
        continue
    fi
    tr '\n' '\0' <typed |
        xargs -0 python3 "$source/tests/support/complete.py" $shell "$source/completions/$name.$shell" >"$shell.got"
    diff -u wanted "$shell.got" || fail "$shell"
done

if command -v fish >/dev/null; then
    # words as they stand on the line, unquoted and without the rest of it
    while IFS= read -r line <&3 && IFS= read -r becomes <&4; do
        word=$(printf %s "${becomes#<}" | sed -e 's/ *>$//' -e 's/\\ /\t/g' -e 's/.* //' -e 's/\t/ /g')
        fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$source/completions/$name.fish" "$line" |
            cut -f 1 | grep -qxF -- "$word" || fail "fish: $line has no $word"
    done 3<typed 4<wanted
fi
exit $status
