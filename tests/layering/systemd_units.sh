#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The systemd units are well-formed, and leave little open by systemd's own
# count (0 is nothing, 10 is everything).
#
# usage: systemd_units.sh ROOT TROUPE
set -euo pipefail
root=${1:?usage: systemd_units.sh ROOT TROUPE}
most_exposed=25   # tenths
if ! command -v systemd-analyze >/dev/null; then
  echo 'skipped: there is no systemd-analyze here'
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for unit in "$root"/config/systemd/*@.service; do
  name=$(basename "$unit")
  one=$work/${name/@/@srv-data}
  # The program and its pages need not be installed to be looked at.
  sed -e "s|/usr/bin/troupe|${2:?}|" -e '/^Documentation=/d' "$unit" >"$one"
  systemd-analyze verify --man=no "$one" 2>"$work/said" || {
    cat "$work/said"
    echo "$name: not well-formed"
    exit 1
  }
  if grep -F "$(basename "$one")" "$work/said"; then
    echo "$name: not well-formed"
    exit 1
  fi
  if ! systemd-analyze security --offline=true --threshold="$most_exposed" \
       "$one" >"$work/said" 2>&1; then
    cat "$work/said"
    echo "$name: more exposed than ${most_exposed} tenths"
    exit 1
  fi
  tail -n 1 "$work/said"
done
