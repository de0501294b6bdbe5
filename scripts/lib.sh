# SPDX-License-Identifier: BSD-3-Clause
# What the scripts of this folder share. Sourced, not run.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
peer_dir=$root/build/peer

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# Two jobs at least, and no more than one per GiB of free memory.
job_count() {
  local cores gib
  cores=$(nproc)
  gib=$(awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo)
  (( gib < cores )) && cores=$gib
  echo $(( cores < 2 ? 2 : cores ))
}

peer_is_there() { compgen -G "$peer_dir/usr/lib/*/liblibrecast.so" >/dev/null; }

# Fetches librecast, which the interop tests run against, and libblake3,
# into build/peer. Returns 1 when there is no tool for it or it failed.
fetch_peer() {
  local tool=$root/../shared/tools/get-peer new=$peer_dir.new
  peer_is_there && return 0
  [[ -x $tool ]] || return 1
  say "fetching librecast and libblake3 into build/peer"
  rm -rf "$new" && mkdir -p "$new"
  if "$tool" "$new" >"$new.log" 2>&1; then
    rm -rf "$peer_dir" "$new/.apt" "$new.log"
    mv "$new" "$peer_dir"
    peer_is_there && return 0
  fi
  say "could not fetch them; the reason is in ${new#"$root"/}.log"
  return 1
}
