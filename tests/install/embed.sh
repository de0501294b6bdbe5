#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The program that docs/embedding.md begins with, built against what is
# installed, syncs 64 MiB from one host to another.
#   embed.sh BUILD-FOLDER
source "$(dirname "$0")/../netns/session.sh"
build=${1:?usage: embed.sh BUILD-FOLDER}
root=$(cd "$(dirname "$0")/../.." && pwd)
! grep -q '^CMAKE_CXX_FLAGS:.*-fsanitize' "$build/CMakeCache.txt" ||
  skip "what is installed is not made with the sanitizers"
begin 2

prefix=$work/prefix
for component in library development actors actors_development; do
  cmake --install "$build" --component $component --prefix "$prefix" \
    >>"$work/install.log"
done
others=$(grep -hE '^ *# *include' "$prefix"/include/troupe/*.hpp |
  grep -vE '<[a-z_]+>|<caf/[a-z_/]+\.hpp>|"troupe/[a-z]+\.hpp"' || true)
[[ -z $others ]] || fail "installed headers include what is not: $others"

mkdir "$work/get"
cp "$root/tests/install/embed/CMakeLists.txt" "$work/get"
awk '/^`get.cpp`$/ { here = 1 } here && /^```$/ { exit }
     printing { print } here && /^```cpp$/ { printing = 1 }' \
  "$root/docs/embedding.md" >"$work/get/get.cpp"
lines=$(sed -n '/^int main/,$p' "$work/get/get.cpp" | grep -c .)
(( lines <= 20 )) || fail "the program has $lines lines"
caf=$(sed -n 's/^CMAKE_PREFIX_PATH:[^=]*=//p' "$build/CMakeCache.txt")
cmake -S "$work/get" -B "$work/get/build" -DCMAKE_PREFIX_PATH="$prefix;$caf" \
  -DCMAKE_BUILD_TYPE=Release >"$work/cmake.log" 2>&1 || fail cmake
cmake --build "$work/get/build" >>"$work/cmake.log" 2>&1 || fail "no program"
size=$(stat -c %s "$work/get/build/get")

make_file "$data/file" $(( 64 << 20 ))
share_on h1 "$data/file"
begun=$(now_ms)
said=$(on h2 timeout 90 "$work/get/build/get" file "$data/copy")
took=$(( $(now_ms) - begun ))
[[ $said == "done" ]] || fail "it said: $said"
expect_same "$data/file" "$data/copy"
expect_only "$data" file copy
said=$(on h2 timeout 90 "$work/get/build/get" file /nowhere/at/all/copy) &&
  fail "a file was written to nowhere"
[[ $said == *"no such"* ]] || fail "it said: $said"
stop_sharer "$sharer"
echo "64 MiB in $took ms; the program has $lines lines, $size bytes"
