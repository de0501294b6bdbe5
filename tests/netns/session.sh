# SPDX-License-Identifier: BSD-3-Clause
# Shares, syncs and expectations for tests on namespace hosts. Sourced.
# shellcheck shell=bash
#
# $TROUPE is the program under test. $data (below) is an empty folder in
# memory. A failed expectation ends the test with exit code 1.
set -euo pipefail
export LC_ALL=C
# shellcheck source-path=SCRIPTDIR source=../support/netns.sh
source "$(dirname "${BASH_SOURCE[0]}")/../support/netns.sh"

chunk_bytes=32768
data=$work/data
share_number=0

skip() { printf 'skipped: %s\n' "$*"; exit 77; }
fail() {
  printf 'failed: %s\n' "$*" >&2
  tail -n 20 -v "$work"/*.log >&2 2>/dev/null || true
  exit 1
}

# begin COUNT [querier]: the first line of a test; sets up its hosts.
begin() {
  [[ -x ${TROUPE:-} ]] || fail "TROUPE does not name the troupe program"
  in_namespaces "$0" "${test_arguments[@]}" ||
    skip "network namespaces are not allowed here"
  trap 'fail "line $LINENO: $BASH_COMMAND"' ERR
  mkdir -p "$data"
  hosts "$@"
}
test_arguments=("$@")

# make_file PATH BYTES [FIRST]: binary content that never repeats and is the
# same each time; another FIRST gives another content.
make_file() {
  seq "${3:-1000000}" 99999999 2>/dev/null |
    tr '0-9\n' '\000\021\042\063\144\200\252\277\333\377\015' |
    head -c "$2" >"$1" || true
  [[ $(stat -c %s "$1") == "$2" ]] || fail "could not make $1"
}

# change_chunks PATH COUNT: changes that many chunks, evenly spread.
change_chunks() {
  local chunks i
  chunks=$(( $(stat -c %s "$1") / chunk_bytes ))
  for (( i = 0; i < $2; ++i )); do
    printf 'changed' | dd of="$1" bs=1 conv=notrunc status=none \
      seek=$(( i * chunks / $2 * chunk_bytes + 100 ))
  done
}

# share_on HOST [OPTION...] PATH...: returns when the sharer is ready.
# Its process id is in $sharer, its output in $share_log.
share_on() {
  share_log=$work/share-$((++share_number)).log
  start "$1" "$share_log" "$TROUPE" share --interface eth0 "${@:2}"
  sharer=$started
  wait_until 30 is_ready || fail "the sharer did not start"
}
is_ready() { ! kill -0 "$sharer" 2>/dev/null || grep -qx ready "$share_log"; }

# stop_sharer PID: asks it to stop and expects exit code 0.
stop_sharer() {
  local status=0
  kill -TERM "$1"
  wait "$1" || status=$?
  [[ $status == 0 ]] || fail "the sharer exited with $status"
}

# sync_on HOST [OPTION...] NAME DEST: prints what troupe prints on standard
# output, which is kept in $summary too unless it runs in a subshell.
sync_on() {
  local status=0
  summary=$(on "$1" timeout -k 5 "${sync_deadline:-120}" \
    "$TROUPE" sync --interface eth0 "${@:2}") || status=$?
  printf '%s\n' "$summary"
  return "$status"
}

expect_same() { cmp "$1" "$2" || fail "$2 is not identical to $1"; }

# expect_summary TEXT...: all of them occur in the summary line.
expect_summary() {
  local text
  for text in "$@"; do
    [[ $summary == *"$text"* ]] || fail "no \"$text\" in: $summary"
  done
}

# expect_exit CODE COMMAND...: standard error goes to $data/../errors.
expect_exit() {
  local status=0
  "${@:2}" 2>"$work/errors" || status=$?
  cat "$work/errors" >&2
  [[ $status == "$1" ]] || fail "exit code $status instead of $1: ${*:2}"
}

# expect_error TEXT: what expect_exit ran has said so on standard error.
expect_error() {
  grep -qiE -- "$1" "$work/errors" || fail "the message does not name: $1"
}

# expect_only FOLDER NAME...: the folder holds these and nothing else.
expect_only() {
  local found
  found=$(cd "$1" && find . -mindepth 1 -printf '%P\n' | sort)
  [[ $found == "$(printf '%s\n' "${@:2}" | sort)" ]] ||
    fail "unexpected content of $1: $found"
}

now_ms() { echo $(( ${EPOCHREALTIME/[^0-9]/} / 1000 )); }
