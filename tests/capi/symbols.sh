#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What the library exports is what the symbol map lists is what the headers
# declare.
#   symbols.sh LIBRARY MAP INCLUDE_DIR
set -euo pipefail
export LC_ALL=C
library=$1 map=$2 headers=$3

exported=$(nm -D --defined-only "$library" | awk '$2 ~ /^[A-Z]$/ {print $3}' |
  sed 's/@.*//' | grep -v '^TROUPE_LIBRECAST_' | sort -u)
listed=$(sed -n 's/^ *\([A-Za-z][A-Za-z0-9_]*\);$/\1/p' "$map" | sort -u)
# A declaration is a name before "(" that ends with ");" outside a comment and
# a macro, or, of a variable, the last name after "extern".
declared=$(cat "$headers"/*.h "$headers"/librecast/*.h |
  sed -e ':a' -e '/\\$/N; s/\\\n//; ta' | cpp -fpreprocessed -P - 2>/dev/null |
  grep -vx -e ' *#.*' -e 'extern "C" {' -e '}' | tr '\n' ' ' | tr ';' '\n' |
  sed -n -e 's/^[^{}(]*[ *]\([A-Za-z][A-Za-z0-9_]*\)(.*)$/\1/p' \
         -e 's/^ *extern [^(]*[ *]\([A-Za-z][A-Za-z0-9_]*\)$/\1/p' | sort -u)

status=0
[[ -n $exported && -n $declared ]] || { echo "found no names"; exit 1; }
if ! diff <(echo "$exported") <(echo "$listed"); then
  echo "exported (<) and listed in the map (>) differ"; status=1
fi
if ! diff <(echo "$declared") <(echo "$listed"); then
  echo "declared (<) and listed in the map (>) differ"; status=1
fi

soname=$(readelf -d "$library" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
[[ $soname == libtroupe_librecast.so.0 ]] || { echo "soname $soname"; status=1; }
readelf -d "$library" | grep -q 'FLAGS_1.*NODELETE' ||
  { echo "the library can be unloaded"; status=1; }
echo "$(wc -l <<<"$listed") names"
exit $status
