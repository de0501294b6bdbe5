#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# on-change of a session: a sync waits in its group, without asking, and runs
# when the sharer has another version. Without a change nothing is sent.
source "$(dirname "$0")/tree.sh"
begin 2
mkdir "$data/tree" "$data/to"
printf one >"$data/tree/file"
printf alone >"$data/single"
share_on h1 -r "$data/tree" "$data/single"
cat >"$data/s.toml" <<TOML
interface = "eth0"
status = "status.json"
[[sync]]
name = "tree/"
dest = "to/tree"
archive = true
on-change = true
[[sync]]
name = "single"
dest = "to/single"
on-change = true
every = "1h"
TOML
start h2 "$work/run.log" "$TROUPE" run --set cache=false "$data/s.toml"
session=$started
waits() {
  (( $(grep -os 'waiting for a change' "$data/status.json" | wc -l) == 2 ))
}
wait_until 20 waits || fail "it does not wait"
expect_same "$data/single" "$data/to/single"
sleep 1.5 # until its own question is answered
before=$(bytes_in h2)
sleep 4
quiet=$(( $(bytes_in h2) - before ))
echo "$quiet bytes in 4 s without a change"
(( quiet < 2000 )) || fail "it is asked for again and again"

for round in two three; do
  printf %s "$round" >"$data/tree/file"
  mkdir "$data/tree/dir-$round"
  printf %s "$round" >"$data/single"
  changed=$(now_ms)
  same() {
    diff -rq "$data/tree" "$data/to/tree" >/dev/null 2>&1 &&
      cmp -s "$data/single" "$data/to/single"
  }
  wait_until 20 same || fail "the change did not come"
  echo "$round: after $(( $(now_ms) - changed )) ms"
  wait_until 20 waits || fail "it does not wait any more"
done
table=$("$TROUPE" top "$data/s.toml")
printf '%s\n' "$table"
[[ $(grep -c 'waiting for a change' <<<"$table") == 2 && $table != *$'\x1b'* ]] ||
  fail "another table"
stop_sharer "$session"
[[ $("$TROUPE" top "$data/s.toml") == *'does not run' ]] || fail "it has ended"
stop_sharer "$sharer"
