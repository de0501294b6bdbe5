#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Fails when the places that state the version, or the exit codes, differ.
#
# usage: versions.sh ROOT
set -euo pipefail
root=${1:?usage: versions.sh ROOT}
problems=0

# expect FILE WANTED FOUND: complains unless the two are equal.
expect() {
  [[ $2 == "$3" ]] && return
  echo "$1: '${3:-nothing}' where '$2' is expected"
  (( ++problems ))
}

project_version() {
  sed -nE '/^project\(/ s/.* VERSION ([0-9.]+).*/\1/p' "$1"
}

version=$(project_version "$root/CMakeLists.txt")
expect CMakeLists.txt yes "$([[ $version =~ ^[0-9]+[.][0-9]+[.][0-9]+$ ]] && echo yes)"
expect raptorq/CMakeLists.txt "$version" \
  "$(project_version "$root/raptorq/CMakeLists.txt")"
expect CHANGELOG.md "$version" \
  "$(sed -nE 's/^## \[([0-9.]+)\].*/\1/p' "$root/CHANGELOG.md" | head -n 1)"
expect docs/man/troupe.1 "$version" \
  "$(sed -nE 's/^\.TH .*"troupe ([0-9.]+)".*/\1/p' "$root/docs/man/troupe.1")"

# The numbers in the man page's section EXIT STATUS are those of the program.
in_code=$(sed -nE 's/^ *exit_[a-z_]+ = ([0-9]+),.*/\1/p' \
            "$root/tool/exit_code.hpp" | sort -n | tr '\n' ' ')
in_page=$(awk '/^\.SH/ { here = /EXIT STATUS/ }
               here && /^\.B [0-9]+$/ { print $2 }' \
            "$root/docs/man/troupe.1" | sort -n | tr '\n' ' ')
expect 'docs/man/troupe.1 (exit codes)' "$in_code" "$in_page"

echo "version $version, $problems places differ"
(( problems == 0 ))
