#!/bin/sh
# Installs the build into a scratch folder and looks whether everything is in its place and runs;
# then packs it as DEB, and, where we may, installs, runs and removes that on a copy of this system.
#   packaging.sh BUILD_DIR SOURCE_DIR
set -eu
build=$1 source=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tools="pacs-archived pacs-echo pacs-find pacs-store"
fail() { echo "FAIL: $*"; exit 1; }

# cmake --install
DESTDIR=$scratch/root cmake --install "$build" --prefix /usr >"$scratch/install.log"
root=$scratch/root/usr
for tool in $tools; do
    for file in "bin/$tool" "share/man/man1/$tool.1" "share/bash-completion/completions/$tool" \
        "share/zsh/site-functions/_$tool" "share/fish/vendor_completions.d/$tool.fish"; do
        [ -s "$root/$file" ] || fail "not installed: $file"
    done
    "$root/bin/$tool" --version >"$scratch/version" || fail "$tool --version"
    grep -q "^$tool " "$scratch/version" || fail "$tool says: $(cat "$scratch/version")"
done
for page in "$source"/man/*.[157]; do
    section=${page##*.}
    [ -s "$root/share/man/man$section/$(basename "$page")" ] || fail "not installed: $page"
done
[ ! -e "$scratch/root/etc" ] || fail "cmake --install touched /etc"
for file in lib/sysusers.d/pacs-utils.conf share/doc/pacs-utils/pacs.toml share/doc/pacs-utils/copyright; do
    [ -s "$root/$file" ] || fail "not installed: $file"
done

# the service: hardened, and every system call the daemon makes is allowed
unit=$root/lib/systemd/system/pacs-archived.service
exposure=$(systemd-analyze security --offline=true "$unit" | sed -n 's/.*exposure level.*: \([0-9.]*\) .*/\1/p')
[ "$(printf '%s\n1.5\n' "$exposure" | sort -g | head -1)" = "$exposure" ] || fail "exposure is $exposure"
sh "$source/tests/support/service_calls.sh" "$root/bin" "$unit" "$scratch"

# cpack -G DEB
(cd "$scratch" && cpack -G DEB --config "$build/CPackConfig.cmake" >cpack.log 2>&1) \
    || { cat "$scratch/cpack.log"; fail "cpack"; }
deb=$(ls "$scratch"/*.deb)
dpkg-deb --info "$deb" >"$scratch/info"
grep -q '^ Depends: .*libdcmtk' "$scratch/info" || fail "the package depends on: $(grep Depends "$scratch/info")"
dpkg-deb --ctrl-tarfile "$deb" | tar xO ./conffiles | grep -qx /etc/pacs/pacs.toml || fail "no conffile"
dpkg-deb --fsys-tarfile "$deb" | tar t >"$scratch/files"
for file in ./usr/bin/pacs-archived ./usr/lib/systemd/system/pacs-archived.service ./etc/pacs/pacs.toml; do
    grep -qx "$file" "$scratch/files" || fail "not in the package: $file"
done
grep -E '^\./(usr/local|home|root|tmp|opt)' "$scratch/files" && fail "strange files in the package"

# dpkg on a copy of this system: an overlay in a mount namespace of our own
cp "$source/tests/support/package_life.sh" "$scratch/"
if [ "$(id -u)" = 0 ] && unshare -mn sh -c 'd=$(mktemp -d) && mount -t tmpfs t "$d" && mkdir "$d/u" "$d/w" "$d/m" &&
    mount -t overlay o -o "lowerdir=/,upperdir=$d/u,workdir=$d/w" "$d/m"' 2>/dev/null; then
    unshare -mn sh "$scratch/package_life.sh" "$deb" || fail "the life of the package"
else
    echo "not root, or no overlay file systems here: the package was not installed"
fi
