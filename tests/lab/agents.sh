#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The shipped topology on three agents, each a process of its own, that a
# coordinator reaches over CAF on loopback. In a second run one agent is
# killed and one is stopped: both are told of within 3 s, and the hosts of the
# third are complete.
set -euo pipefail
source "$(dirname "$0")/support.sh"
begin_lab
# A world with lo alone, where the agents' files go over multicast.
if [[ ${INSIDE:-} != yes ]]; then
  status=0
  INSIDE=yes unshare --mount --net --pid --fork --kill-child --mount-proc \
    $( (( EUID == 0 )) || echo --map-root-user ) -- "$0" || status=$?
  exit "$status"
fi
ip link set lo up multicast on
ip -6 route add local ff00::/8 dev lo table local

now_ms() { echo $(( ${EPOCHREALTIME/[^0-9]/} / 1000 )); }

# coordinate FILE [OPTION...]: in the background; its port is in $port.
coordinate() {
  : >"$folder/log" # there, and empty, before it is looked into
  "$TROUPE" lab run "$1" --agents 3 --report "$folder/report" \
    >"$folder/log" 2>&1 &
  coordinator=$!
  local i
  for (( i = 0; i < 200; ++i )); do
    port=$(sed -n 's/^waiting for .* port //p' "$folder/log")
    [[ -z $port ]] || return 0
    sleep 0.1
  done
  cat "$folder/log"
  fail "no coordinator"
}

# agents: three of them; their process ids are in ${agent[@]}.
agents() {
  local i
  agent=()
  for i in 1 2 3; do
    mkdir -p "$folder/agent$i"
    "$TROUPE" node --name "a$i" --port "$port" --folder "$folder/agent$i" \
      --interface lo --loopback >"$folder/agent$i.log" 2>&1 &
    agent+=($!)
    # In this order, so that it is known who gets which hosts.
    wait_for 20 "agent a$i enlisted"
  done
}

# wait_for SECONDS TEXT: until the coordinator has said so.
wait_for() {
  local end=$(( $(now_ms) + $1 * 1000 ))
  until grep -q -- "$2" "$folder/log"; do
    (( $(now_ms) < end )) || { tail -v -n 20 "$folder"/*log; fail "never: $2"; }
    sleep 0.05
  done
}

coordinate "$EXAMPLES/eight.toml"
agents
status=0
wait "$coordinator" || status=$?
cat "$folder/log"
[[ $status == 0 ]] || { tail -v -n 20 "$folder"/*.log; fail "exit code $status"; }
[[ $(grep -c ',true,true,0,' "$folder/report/report.csv") == 8 ]] ||
  fail "eight copies should be identical"
for (( i = 0; i < 3; ++i )); do
  wait "${agent[i]}" || { cat "$folder/agent$(( i + 1 )).log"; fail "agent $?"; }
done

# The sharer is with the first agent. Slow, so that there is time to fail.
sed -e 's/^file = .*/&\nshare-options = ["--rate", "40m"]/' \
  -e 's/^within = .*//' "$EXAMPLES/eight.toml" >"$folder/slow.toml"
coordinate "$folder/slow.toml"
agents
wait_for 60 "the clock runs"
sleep 1
killed=$(now_ms)
kill -KILL "${agent[1]}"
kill -STOP "${agent[2]}"
wait_for 3 "agent a2 is gone"
echo "a killed agent was told of after $(( $(now_ms) - killed )) ms"
wait_for 3 "agent a3 does not answer"
stopped_ms=$(( $(now_ms) - killed ))
echo "a stopped agent was told of after $stopped_ms ms"
(( stopped_ms <= 3000 )) || fail "that is over 3 s"
status=0
wait "$coordinator" || status=$?
kill -KILL "${agent[2]}"
cat "$folder/log"
[[ $status == 1 ]] || fail "exit code $status instead of 1: hosts are missing"
# a1 has the sharer, r3, r6 (of s, r1 .. r6, lossy, late).
for host in r3 r6; do
  grep -q "\"$host\",.*,true,true,0," "$folder/report/report.csv" ||
    fail "$host, of the agent that is left, is not complete"
done
grep -q '"r1",.*,true,false,' "$folder/report/report.csv" ||
  fail "r1, of the agent that was killed, should be missing"
