#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Shows that each check of this folder can fail: gives it a tree with one
# fault at a time, and one without.
#
# usage: self_test.sh C++-COMPILER C-COMPILER
set -euo pipefail
cxx=${1:?usage: self_test.sh CXX CC} cc=${2:?}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cases=0 failures=0

# A tree without a fault, small but with something for every check.
# shellcheck disable=SC2016
make_tree() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree"/{core,raptorq,transport,config,actors,capi/include/librecast} \
    "$tree"/{lab,tool,docs/man,scripts}
  put core/hash.hpp '#pragma once' '#include <array>' 'struct hash { std::array<int, 1> a; };'
  put raptorq/plan.hpp '#pragma once' '#include <vector>' '#include <immintrin.h>'
  put transport/mld.hpp '#pragma once' '#include "core/hash.hpp"' '#include <sys/socket.h>'
  put actors/differ.hpp '#include "transport/mld.hpp"' '#include <caf/send.hpp>' '#include "raptorq/plan.hpp"'
  put lab/node.cpp '#include "actors/differ.hpp"' '#include <caf/send.hpp>'
  put capi/sync.cpp '#include "actors/differ.hpp"' '#include <librecast/sync.h>'
  put capi/include/librecast/sync.h '#ifndef S' '#define S' '#include <stddef.h>' 'size_t f(void);' '#endif'
  put tool/main.cpp '#include "capi/x.hpp"' '#include "lab/node.hpp"' '#include <CLI/CLI.hpp>'
  put CMakeLists.txt 'project(troupe VERSION 1.2.3 LANGUAGES C CXX'
  put raptorq/CMakeLists.txt 'project(troupe_raptorq VERSION 1.2.3 LANGUAGES CXX)'
  put CHANGELOG.md '# Changelog' '## [1.2.3] - unreleased'
  put docs/man/troupe.1 '.TH TROUPE 1 "" "troupe 1.2.3" ""' '.SH EXIT STATUS' \
    '.TP' '.B 0' 'fine' '.TP' '.B 7' 'permission'
  put tool/exit_code.hpp 'enum exit_code : int {' '  exit_ok = 0,' '  exit_permission = 7,' '};'
  put README.md '```c' 'int main(void) { return 0; }' '```'
  put CONTRIBUTING.md '`a/b.hpp`' '```cpp' 'struct b {};' '```' '`a/b.cpp`' '```cpp' \
    '#include "a/b.hpp"' 'b make_b() { return {}; }' '```'
}

# put FILE LINE...
put() { printf '%s\n' "${@:2}" >"$tree/$1"; }

# passes CHECK ARGUMENT...
passes() {
  (( ++cases ))
  local said
  said=$("$here/$1" "${@:2}" 2>&1) && return
  printf 'should pass: %s\n%s\n' "$*" "$said"
  (( ++failures ))
}

# fails_with TEXT CHECK ARGUMENT...
fails_with() {
  (( ++cases ))
  local said
  if said=$("$here/$2" "${@:3}" 2>&1); then
    printf 'should fail: %s\n%s\n' "${*:2}" "$said"
  elif [[ $said != *"$1"* ]]; then
    printf 'should say "%s": %s\n%s\n' "$1" "${*:2}" "$said"
  else
    return 0
  fi
  (( ++failures ))
}

# One line in one file of an otherwise faultless tree is against the arrows.
against() {
  make_tree
  mkdir -p "$tree/$(dirname "$1")"
  put "$1" '#pragma once' "$2"
  fails_with "$1:2: $3" includes.sh "$tree"
}

make_tree
passes includes.sh "$tree"
passes lengths.sh "$tree"
passes versions.sh "$tree"
passes headers.sh "$tree" core "$cxx" "$cc"
passes headers.sh "$tree" capi/include "$cxx" "$cc"
passes documents.sh "$tree" "$cxx" "$cc"

against core/bad.hpp '#include "transport/mld.hpp"' 'core may not include transport/mld.hpp'
against core/bad.cpp '#include "actors/differ.hpp"' 'core may not'
against core/bad.cpp '#include "raptorq/plan.hpp"' 'core may not'
against core/bad.cpp '#include <core/../tool/main.hpp>' 'includes are by folder'
against core/bad.cpp '#include "hash.hpp"' 'includes are by folder'
against core/bad.cpp '#include <boost/asio.hpp>' 'core may not'
against core/bad.cpp '#include <caf/send.hpp>' 'core may not'
against core/bad.cpp '#include <sys/socket.h>' 'core may not'
against core/bad.cpp '#include <netinet/in.h>' 'core may not'
against core/bad.cpp '#include <thread>' 'core may not'
against core/bad.cpp '  #  include  <boost/asio.hpp>' 'core may not'
against core/bad.cpp '#include <transport/mld.hpp>' 'core may not'
against core/bad.cpp '#include SOME_MACRO' 'includes are by folder'
against core/deep/er/bad.cpp '#include "tool/units.hpp"' 'core may not'
against raptorq/bad.cpp '#include "core/hash.hpp"' 'raptorq may not'
against raptorq/bad.cpp '#include <blake2.h>' 'raptorq may not'
against raptorq/bad.cpp '#include <unistd.h>' 'raptorq may not'
against transport/bad.cpp '#include "raptorq/plan.hpp"' 'transport may not'
against transport/bad.cpp '#include "actors/differ.hpp"' 'transport may not'
against transport/bad.cpp '#include <caf/send.hpp>' 'transport may not'
against config/bad.cpp '#include "actors/differ.hpp"' 'config may not'
against actors/bad.cpp '#include "capi/x.hpp"' 'actors may not'
against actors/bad.cpp '#include "tool/units.hpp"' 'actors may not'
against actors/bad.cpp '#include "lab/node.hpp"' 'actors may not'
against actors/bad.cpp '#include <boost/asio.hpp>' 'actors may not'
against capi/bad.cpp '#include "tool/units.hpp"' 'capi may not'
against capi/bad.cpp '#include "lab/node.hpp"' 'capi may not'
against capi/bad.cpp '#include <caf/send.hpp>' 'capi may not'
against capi/include/librecast/bad.h '#include "core/hash.hpp"' 'capi/include may not'
against lab/bad.cpp '#include "tool/units.hpp"' 'lab may not'
against lab/bad.cpp '#include "capi/x.hpp"' 'lab may not'
against tool/bad.cpp '#include "raptorq/plan.hpp"' 'tool may not'
against tool/bad.cpp '#include <caf/send.hpp>' 'tool may not'

make_tree
rm -r "$tree"/{core,raptorq,transport,config,actors,capi,lab,tool}
fails_with '0 includes' includes.sh "$tree"

make_tree
seq 600 >"$tree/core/long.cpp"
passes lengths.sh "$tree"
seq 601 >"$tree/core/long.cpp"
fails_with 'core/long.cpp: more than 600 lines' lengths.sh "$tree"

make_tree
put raptorq/CMakeLists.txt 'project(troupe_raptorq VERSION 1.2.4 LANGUAGES CXX)'
fails_with raptorq/CMakeLists.txt versions.sh "$tree"
make_tree
put CHANGELOG.md '## [1.2.4] - unreleased' '## [1.2.3] - 2020-01-01'
fails_with CHANGELOG.md versions.sh "$tree"
make_tree
sed -i 's/troupe 1.2.3/troupe 1.2.2/' "$tree/docs/man/troupe.1"
fails_with docs/man/troupe.1 versions.sh "$tree"
make_tree
put CMakeLists.txt 'project(troupe)'
fails_with CMakeLists.txt versions.sh "$tree"
make_tree
sed -i 's/^  exit_permission = 7,/  exit_permission = 8,/' "$tree/tool/exit_code.hpp"
fails_with 'exit codes' versions.sh "$tree"

make_tree
put core/hash.hpp '#pragma once' 'struct hash { std::array<int, 1> a; };'
fails_with 'core/hash.hpp does not compile alone' headers.sh "$tree" core "$cxx" "$cc"
make_tree
put core/hash.hpp 'struct hash {};'
fails_with 'core/hash.hpp does not compile alone' headers.sh "$tree" core "$cxx" "$cc"
make_tree
put capi/include/librecast/sync.h '#ifndef S' '#define S' 'size_t f(void);' '#endif'
fails_with 'sync.h does not compile alone' headers.sh "$tree" capi "$cxx" "$cc"
put capi/include/librecast/sync.h '#ifndef S' '#define S' 'int f(int class);' '#endif'
fails_with 'sync.h does not compile alone' headers.sh "$tree" capi "$cxx" "$cc"
fails_with 'no headers' headers.sh "$tree" scripts "$cxx" "$cc"

make_tree
put README.md '```c' 'int main(void) { return 0 }' '```'
fails_with error documents.sh "$tree" "$cxx" "$cc"
make_tree
put README.md 'no program'
fails_with 'no C program' documents.sh "$tree" "$cxx" "$cc"
make_tree
sed -i 's/return {};/return 1;/' "$tree/CONTRIBUTING.md"
fails_with error documents.sh "$tree" "$cxx" "$cc"
make_tree
put CONTRIBUTING.md 'no example'
fails_with 'no C++ source' documents.sh "$tree" "$cxx" "$cc"

make_tree
mkdir -p "$tree/examples"
put docs/tutorial.md '`examples/a.c`' '```c' 'int a;' '```'
put examples/a.c 'int a;'
passes documents.sh "$tree" "$cxx" "$cc"
put examples/a.c 'int b;'
fails_with 'shows another examples/a.c' documents.sh "$tree" "$cxx" "$cc"
make_tree
put docs/tutorial.md 'no program'
fails_with 'tutorial.md shows no program' documents.sh "$tree" "$cxx" "$cc"

make_tree
put docs/a.md 'see [b](b.md#part), [x](../README.md), [w](https://example.org/)'
put docs/b.md 'text'
passes documents.sh "$tree" "$cxx" "$cc"
rm "$tree/docs/b.md"
fails_with 'docs/a.md: there is no b.md' documents.sh "$tree" "$cxx" "$cc"

echo "$cases cases, $failures failed"
(( failures == 0 ))
