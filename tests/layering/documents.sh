#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Compiles the programs that the documents show: the C program of README.md,
# and the C++ files of CONTRIBUTING.md, whose names stand above them. Those of
# docs/tutorial.md have to be the files of that name, which tests run. Fails on a
# link between documents that leads nowhere.
#
# usage: documents.sh ROOT C++-COMPILER C-COMPILER [FLAG...]
set -euo pipefail
root=${1:?usage: documents.sh ROOT CXX CC [FLAG...]} cxx=${2:?} cc=${3:?}
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# blocks LANGUAGE FILE: writes each ```LANGUAGE block below a line `NAME` to
# NAME; one without a name to program.LANGUAGE. Prints the names.
blocks() {
  awk -v language="$1" -v work="$work" '
    /^`[a-z_\/]+[.][a-z]+`$/ { name = substr($0, 2, length($0) - 2) }
    $0 == "```" language {
      if (name == "") name = "program." language
      file = work "/" name
      folder = file
      sub(/\/[^\/]*$/, "", folder)
      system("mkdir -p \"" folder "\"")
      print name
      next
    }
    /^```$/ && file != "" { close(file); file = ""; name = "" }
    file != "" { print > file }' "$2"
}

compiled=0
while read -r name; do
  "$cc" -std=c99 -fsyntax-only -Wall -Wextra -Wpedantic -Werror \
    -I"$root/capi/include" "$work/$name"
  (( ++compiled ))
done < <(blocks c "$root/README.md")
(( compiled > 0 )) || { echo "README.md shows no C program"; exit 1; }

names=$(blocks cpp "$root/CONTRIBUTING.md")
for name in $names; do
  [[ $name == *.cpp ]] || continue
  "$cxx" -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Werror \
    -I"$work" -I"$root" -I"$root/actors/include" "$@" "$work/$name"
  (( ++compiled ))
done
(( compiled > 1 )) || { echo "CONTRIBUTING.md shows no C++ source"; exit 1; }

compared=0
if [[ -e $root/docs/tutorial.md ]]; then
  for name in $(blocks c "$root/docs/tutorial.md") \
    $(blocks cpp "$root/docs/tutorial.md"); do
    diff "$work/$name" "$root/$name" ||
      { echo "docs/tutorial.md shows another $name"; exit 1; }
    (( ++compared ))
  done
  (( compared > 0 )) || { echo "docs/tutorial.md shows no program"; exit 1; }
fi

# Links of all documents as FILE:TARGET, those to the web and code left out.
# shellcheck disable=SC2016
links() {
  find . \( -path ./build -o -path ./.git \) -prune -o -name '*.md' -printf '%P\0' |
    xargs -0 -r awk '
      FNR == 1 { code = 0 }
      /^```/ { code = !code }
      !code {
        for (rest = $0; match(rest, /\]\([^)#:][^):]*\)/);
             rest = substr(rest, RSTART + RLENGTH))
          print FILENAME ":" substr(rest, RSTART + 2, RLENGTH - 3)
      }'
}

broken=0
cd "$root"
while IFS=: read -r file target; do
  [[ -e $(dirname "$file")/${target%%#*} ]] && continue
  echo "$file: there is no $target"
  (( ++broken ))
done < <(links)
echo "$compiled programs compile, $compared are as tested, $broken links lead nowhere"
(( broken == 0 ))
