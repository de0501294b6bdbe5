#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Makes the Debian packages of a build, unpacks them into an empty folder, and
# uses them there: the command, a C program by pkg-config, and one by
# find_package. With --into ROOT they are installed into a Debian in that
# folder instead, by its own package manager, and used inside it.
#
# usage: packages.sh BUILD-FOLDER [--into ROOT]
set -euo pipefail
export LC_ALL=C
build=${1:?usage: packages.sh BUILD-FOLDER [--into ROOT]}
here=$(cd "$(dirname "$0")" && pwd)
root=
[[ ${2:-} != --into ]] || root=${3:?--into needs a folder}
fail() { echo "failed: $*" >&2; exit 1; }
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR

grep -q '^CMAKE_CXX_FLAGS:.*-fsanitize' "$build/CMakeCache.txt" &&
  { echo "skipped: packages are not made with the sanitizers"; exit 77; }
for each in cpack dpkg-deb pkg-config; do
  command -v "$each" >/dev/null || { echo "skipped: no $each here"; exit 77; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cpack --config "$build/CPackConfig.cmake" -B "$work/packages" \
  >"$work/cpack.log" 2>&1 || { cat "$work/cpack.log"; fail "cpack"; }
packages=("$work"/packages/*.deb)
(( ${#packages[@]} == 5 )) || fail "${#packages[@]} packages instead of 5"
for each in "${packages[@]}"; do
  printf '%s: %s bytes, needs %s\n' "$(basename "$each")" \
    "$(stat -c %s "$each")" "$(dpkg-deb -f "$each" Depends)"
done
contents=$(for each in "${packages[@]}"; do dpkg-deb -c "$each"; done)
for each in man/man5/troupe.toml.5 share/troupe/troupe.schema.json \
            system/troupe-run@.service doc/troupe/examples/sync.toml; do
  [[ $contents == *"$each"* ]] || fail "no $each in the packages"
done

use='
  set -eu
  troupe --version
  cd "$HOME"
  flags=$(pkg-config --cflags --libs troupe_librecast)
  cc -std=c99 -Wall -Werror consumer.c $flags -o by-pkg-config
  ./by-pkg-config
  cmake -S . -B by-cmake >cmake.log || { cat cmake.log; exit 1; }
  cmake --build by-cmake >>cmake.log || { cat cmake.log; exit 1; }
  ./by-cmake/consumer
'

if [[ -n $root ]]; then
  cp "${packages[@]}" "$root/root/"
  cp "$here"/consumer/* "$root/root/"
  chroot "$root" sh -c 'apt-get install -qy --no-install-recommends /root/*.deb
    apt-get install -qy --no-install-recommends gcc libc6-dev cmake make \
      pkg-config' >"$work/apt.log" 2>&1 ||
    { tail -20 "$work/apt.log"; fail "apt-get install"; }
  # The loader looks for $ORIGIN in /proc.
  unshare --mount --pid --fork --mount-proc="$root/proc" \
    chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    sh -c "$use" | tee "$work/output"
  chroot "$root" dpkg -L troupe | grep -q '/man1/troupe.1' || fail "no manual"
  for file in bash-completion/completions/troupe zsh/site-functions/_troupe \
              fish/vendor_completions.d/troupe.fish; do
    chroot "$root" dpkg -L troupe | grep -q "/share/$file" || fail "no $file"
  done
else
  mkdir "$work/root" "$work/home"
  for each in "${packages[@]}"; do dpkg-deb -x "$each" "$work/root"; done
  cp "$here"/consumer/* "$work/home/"
  HOME=$work/home PATH=$work/root/usr/bin:$PATH \
    PKG_CONFIG_PATH=$work/root/usr/lib/pkgconfig \
    LD_LIBRARY_PATH=$work/root/usr/lib CMAKE_PREFIX_PATH=$work/root/usr \
    sh -c "$use" | tee "$work/output"
fi
[[ $(grep -c '^1 file indexed$' "$work/output") == 2 ]] ||
  fail "the programs do not work"
grep -q '^troupe [0-9]' "$work/output" || fail "the command does not work"
grep -q 'hash types: blake2b' "$work/output" || fail "no hash types"
