#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Fails on a source file of more than 600 lines.
#
# usage: lengths.sh ROOT
set -euo pipefail
root=${1:?usage: lengths.sh ROOT}
longest=600

find "$root" \( -path "$root/build" -o -path "$root/.git" -o \
                -path "$root/tests/data" \) -prune -o -type f \
  \( -name '*.[ch]pp' -o -name '*.[ch]' -o -name '*.sh' -o -name '*.cmake' -o \
     -name CMakeLists.txt -o -path "$root/scripts/*" -o -path "$root/bench/*" \
  \) -print0 |
  xargs -0 -r awk -v longest="$longest" -v skip="${#root}" '
    FNR == 1 { ++files }
    FNR == longest + 1 {
      print substr(FILENAME, skip + 2) ": more than " longest " lines"
      ++bad
    }
    END { print files + 0 " files, " bad + 0 " too long"; exit !files || bad }'
