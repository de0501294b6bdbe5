#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Fails on a manual page that refers to one which neither docs/man nor, as far
# as the list below knows, Linux has; and on one that groff warns about.
# Templates (.in) count as the pages that they become.
#
# usage: man_pages.sh ROOT
set -euo pipefail
root=${1:?usage: man_pages.sh ROOT}
cd "$root/docs/man"

# Pages of others that ours may name.
known="
capabilities(7) ip-maddress(8) rsync(1) systemd(1) umask(2) systemd.service(5)
systemd-analyze(1) sd_notify(3) systemd.unit(5) inotify(7) network_namespaces(7)
pkg-config(1) poll(2) fork(2) socket(7) ipv6(7) signal(7) errno(3) recv(2)
send(2) sendto(2) recvmsg(2) recvmmsg(2) getsockopt(2) setsockopt(2) ioctl(2)
open(2) mmap(2) munmap(2) ftruncate(2) getrandom(2) if_nametoindex(3) free(3)
pthread_cleanup_push(3) pthreads(7)
"

# FILE NAME(SECTION) of each reference: `.BR name (n)`, `.Xr name n` and name(n)
# in a line.
# shellcheck disable=SC2016
references() {
  awk '{
    line = $0
    gsub(/\\f./, "", line); gsub(/\\-/, "-", line)
    if (line ~ /^\.(BR|IR) [^ ]+ \([0-9]\)/) sub(/ \(/, "(", line)
    if (line ~ /^\.Xr [^ ]+ [0-9]/) {
      split(line, part, " ")
      line = part[2] "(" part[3] ")"
    }
    if (line ~ /^\.so man[0-9]\//) {
      sub(/.*\//, "", line)
      line = substr(line, 1, length(line) - 2) "(" substr(line, length(line)) ")"
    }
    while (match(line, /[A-Za-z_][A-Za-z0-9_.-]*\([1-9]\)/)) {
      print FILENAME, substr(line, RSTART, RLENGTH)
      line = substr(line, RSTART + RLENGTH)
    }
  }' "$@"
}

pages=0 seen=0 dead=0
for page in *.[1-9] *.[1-9].in; do pages=$(( pages + 1 )); done
while read -r file name; do
  seen=$(( seen + 1 ))
  section=${name##*\(}
  [[ -e ${name%(*}.${section%)} || -e ${name%(*}.${section%)}.in ||
     $known == *[[:space:]]"$name"[[:space:]]* ]] &&
    continue
  echo "$file: there is no $name"
  dead=$(( dead + 1 ))
done < <(references *.[1-9] *.[1-9].in)
(( pages > 0 && seen > pages )) || { echo "only $seen references found"; exit 1; }

wrong=0
if command -v groff >/dev/null; then
  for page in $(grep -L '^\.so ' *.[1-9] *.[1-9].in); do
    said=$(groff -mandoc -Tutf8 -ww -z "$page" 2>&1 || true)
    [[ -z $said ]] && continue
    echo "$said"
    wrong=$(( wrong + 1 ))
  done
else
  echo "no groff: the pages themselves are not checked"
fi
echo "$pages pages, $seen references, $dead of them dead, $wrong pages with" \
  "warnings"
(( dead == 0 && wrong == 0 ))
