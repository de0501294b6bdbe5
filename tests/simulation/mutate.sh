#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Makes a copy of a source with one line changed, as an .edit file says:
# `in: SOURCE`, `-LINE` as it is, `+LINE` as it becomes. Fails unless exactly
# one line is like that.
#
# usage: mutate.sh EDIT ROOT RESULT
set -euo pipefail
edit=${1:?usage: mutate.sh EDIT ROOT RESULT} root=${2:?} result=${3:?}
from=$(sed -n 's/^in: //p' "$edit")
old=$(sed -n 's/^-//p' "$edit") new=$(sed -n 's/^+//p' "$edit")
found=$(grep -cxF -- "$old" "$root/$from") || true
[[ $found == 1 ]] || {
  echo "$edit: $found lines of $from are as it says, not one" >&2
  exit 1
}
mkdir -p "$(dirname "$result")"
while IFS= read -r line; do
  [[ $line == "$old" ]] && line=$new
  printf '%s\n' "$line"
done <"$root/$from" >"$result"
