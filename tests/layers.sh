#!/bin/sh
# Fails when a file in lib/ includes a module or a foreign header that lib/README.md does not allow
# it, when DCMTK leaves lib/dicom/*.cpp, and when the library prints or ends the process.
#   layers.sh SOURCE_DIR      (or its lib/ itself)
set -eu
cd "$1"
if [ -d lib ]; then cd lib; fi
bad=$(mktemp)
trap 'rm -f "$bad"' EXIT

# "module:used used|foreign foreign", one line a module
table=$(sed -n 's/^| \([a-z]*\) | *\([a-z, ]*\) *| *\([A-Za-z0-9 ]*\) *|.*/\1:\2|\3/p' README.md |
    grep -v '^module' | tr ',' ' ')
for folder in */; do
    case "$table" in *"${folder%/}:"*) ;; *) echo "lib/$folder is not in lib/README.md" >>"$bad" ;; esac
done

# What the system itself offers: the C++ library has no dot, the rest is POSIX, glibc and Linux.
system=' arpa/ linux/ net/ netinet/ sys/ dirent.h fcntl.h langinfo.h netdb.h poll.h pthread.h pwd.h
 sched.h signal.h spawn.h syslog.h termios.h time.h unistd.h wchar.h immintrin.h cpuid.h '
foreign_of() { # HEADER -> the name it has in the table
    case "$1" in
        archive_entry.h) echo archive ;;
        openjpeg*) echo openjpeg ;;
        toml++/*) echo toml ;;
        */*) echo "${1%%/*}" ;;
        *) echo "${1%.h}" ;;
    esac
}
check_foreign() { # FILE ALLOWED
    for header in $(sed -n 's/^#include <\(.*\)>.*/\1/p' "$1"); do
        case "$header" in *.h | *.hpp | */*) ;; *) continue ;; esac
        case "$system" in *" $header "* | *"
$header "* | *" ${header%%/*}/ "*) continue ;; esac
        name=$(foreign_of "$header")
        case " $2 " in *" $name "*) ;; *) echo "lib/$1: may not include <$header>" >>"$bad" ;; esac
        case "$name:$1" in dcmtk:*.hpp) echo "lib/$1: DCMTK stays in .cpp files" >>"$bad" ;; esac
    done
}
for file in */*.hpp */*.cpp; do
    module=${file%%/*}
    line=$(printf '%s\n' "$table" | sed -n "s/^$module://p")
    allowed="$module ${line%%|*}"
    for used in $(sed -n 's/^#include "\([a-z_]*\)\/.*/\1/p' "$file" | sort -u); do
        case " $allowed " in *" $used "*) ;; *) echo "lib/$file: $module may not use $used" >>"$bad" ;; esac
    done
    check_foreign "$file" "${line##*|}"
    # base/log and cli are the two that speak; nobody else does, and nobody ends the process
    case "$file" in base/log.cpp | cli/*) continue ;; esac
    grep -nE '(std::(cout|cerr|clog|puts|printf|exit|_Exit|quick_exit)|[^f:a-z_](printf|fprintf|puts|exit|_exit)\()|fmt::print' \
        "$file" | sed "s|^|lib/$file prints or exits: |" >>"$bad" || true
done
cat "$bad"
[ ! -s "$bad" ]
