#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Compiles each header of a folder alone, and twice in one file, without
# making code. The public C headers are compiled as C99 and as C++17, those for
# programs made of actors as C++17.
#
# usage: headers.sh ROOT FOLDER C++-COMPILER C-COMPILER [FLAG...]
set -euo pipefail
root=${1:?usage: headers.sh ROOT FOLDER CXX CC [FLAG...]} folder=${2:?}
export HEADER_CXX=${3:?} HEADER_CC=${4:?}
shift 4
export HEADER_FLAGS="$*"
cd "$root"

# compile_alone HEADER. Flags have no spaces in them, so they may be split.
# shellcheck disable=SC2317
compile_alone() {
  local c=(-fsyntax-only -Wall -Wextra -Wpedantic -Werror -Icapi/include)
  local twice said=''
  twice=$(printf '#include "%s"\n' "${1#capi/include/}" "${1#capi/include/}")
  # shellcheck disable=SC2086
  case $1 in
  capi/include/*)
    said=$("$HEADER_CC" -std=c99 "${c[@]}" -x c - <<<"$twice" 2>&1 &&
           "$HEADER_CXX" -std=c++17 "${c[@]}" -x c++ - <<<"$twice" 2>&1) ;;
  actors/include/*)
    said=$("$HEADER_CXX" -std=c++17 "${c[@]:0:4}" -Werror -I. -Iactors/include \
           $HEADER_FLAGS -x c++ - <<<"$twice" 2>&1) ;;
  *)
    said=$("$HEADER_CXX" -std=c++20 -fsyntax-only -I. -Icapi/include \
           -Iactors/include \
           $HEADER_FLAGS -x c++ - <<<"$twice" 2>&1) ;;
  esac || {
    printf '%s does not compile alone\n%s\n' "$1" "$(head -n 8 <<<"$said")"
    return 1
  }
}
export -f compile_alone

headers=$(find "$folder" -type f \( -name '*.hpp' -o -name '*.h' \) | sort)
[[ -n $headers ]] || { echo "no headers in $folder"; exit 1; }
status=0
# shellcheck disable=SC2016
xargs -r -P 2 -I '{}' bash -c 'compile_alone "$1"' - '{}' <<<"$headers" ||
  status=1
echo "$(wc -l <<<"$headers") headers in $folder"
exit "$status"
