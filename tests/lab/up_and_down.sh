#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A topology is kept until it is taken down; a second one of the same name is
# refused; a command runs on one of its hosts.
set -euo pipefail
source "$(dirname "$0")/support.sh"
begin_lab
export XDG_RUNTIME_DIR=$folder

"$TROUPE" lab up "$EXAMPLES/eight.toml" >"$folder/log" 2>&1 &
keeper=$!
for (( i = 0; i < 300; ++i )); do
  grep -qx ready "$folder/log" && break
  kill -0 "$keeper" 2>/dev/null || { cat "$folder/log"; fail "it ended"; }
  sleep 0.1
done
grep -qx ready "$folder/log" || fail "it is not up after 30 s"

enter=$(sed -n 's/^ *\(nsenter .*\) COMMAND$/\1/p' "$folder/log")
# Entering the namespaces of others is for root.
if (( EUID == 0 )); then
  shown=$(eval "$enter ip -6 addr show dev eth0")
  [[ $shown == *fd00:7470::1/64* ]] || fail "no such host: $shown"
  # Who answers is another host's neighbour.
  eval "$enter bash -c 'echo >/dev/udp/fd00:7470::2/9'" 2>/dev/null || true
  for (( i = 0; i < 50; ++i )); do
    shown=$(eval "$enter ip -6 neigh show fd00:7470::2")
    [[ $shown == *"lladdr 02:00:00:00:00:02"* ]] && break
    sleep 0.1
  done
  [[ $shown == *"lladdr 02:00:00:00:00:02"* ]] ||
    fail "its hosts do not reach each other: $shown"
fi

status=0
said=$("$TROUPE" lab up "$EXAMPLES/eight.toml" 2>&1) || status=$?
[[ $status != 0 && $said == *"a lab 'eight' is up"* ]] || fail "twice: $said"

"$TROUPE" lab down eight
status=0
wait "$keeper" || status=$?
[[ $status == 0 ]] || fail "exit code $status"
status=0
said=$("$TROUPE" lab down eight 2>&1) || status=$?
[[ $status != 0 && $said == *"no lab 'eight' is up"* ]] || fail "again: $said"
nothing_left
