# SPDX-License-Identifier: BSD-3-Clause
# For the tests of `troupe lab`. Sourced.
# shellcheck shell=bash
export LC_ALL=C

skip() { printf 'skipped: %s\n' "$*"; exit 77; }
fail() { printf 'failed: %s\n' "$*" >&2; exit 1; }

# begin_lab: $folder is an empty folder that goes away with the test, which is
# skipped where the lab cannot be.
begin_lab() {
  [[ -x ${TROUPE:-} ]] || fail "TROUPE does not name the troupe program"
  local each
  for each in ip tc nft ethtool unshare; do
    command -v "$each" >/dev/null || skip "there is no $each here"
  done
  unshare --mount --net --pid --fork $( (( EUID == 0 )) || echo --map-root-user ) \
    true 2>/dev/null || skip "network namespaces are not allowed here"
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
}

# nothing_left: no process of a lab runs any more.
nothing_left() {
  local left
  left=$(pgrep -f "^$TROUPE (lab|share|sync) .*/run/lab" || true)
  [[ -z $left ]] || fail "left behind: $left"
}
