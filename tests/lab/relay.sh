#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A router that forwards groups, but tells the sharer's link of nobody who
# joins: nothing comes without a relay, all with one. When the relay is
# killed its requests end, the sharer goes on, and a new relay serves again.
#
#   s --- [core] --- rt --- [edge] --- r, and a, where the relay is
#   s ------------------------------------- a: the relay's own cable
set -euo pipefail
source "$(dirname "$0")/support.sh"
begin_lab
[[ -e /proc/net/ip6_mr_vif ]] || skip "this kernel routes no IPv6 multicast"
if [[ ${INSIDE:-} != yes ]]; then
  status=0
  INSIDE=yes unshare --mount --net --pid --fork --kill-child --mount-proc \
    $( (( EUID == 0 )) || echo --map-root-user ) -- "$0" || status=$?
  exit "$status"
fi
mount -t tmpfs none /run
mkdir /run/netns
ip link set lo up
for bridge in core edge; do
  ip link add "$bridge" type bridge stp_state 0 forward_delay 0 \
    mcast_snooping 0
  ip link set "$bridge" up
done
number=0
plug() { # HOST DEVICE BRIDGE
  ip link add "p$(( ++number ))" type veth peer name "$2" netns "$1"
  ip link set "p$number" master "$3" up
  ip -n "$1" link set "$2" up
}
for host in s rt r a; do
  ip netns add "$host"
  ip -n "$host" link set lo up
  ip netns exec "$host" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad
    echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
done
plug s eth0 core
plug rt eth0 core
plug rt eth1 edge
plug r eth0 edge
plug a eth0 edge
ip -n s addr add fd00::1/64 dev eth0 nodad
ip -n r addr add fd00:0:0:1::1/64 dev eth0 nodad
ip -n a addr add fd00:0:0:1::2/64 dev eth0 nodad
ip link add m0 netns s type veth peer name m0 netns a
ip -n s addr add fd01::1/64 dev m0 nodad
ip -n a addr add fd01::2/64 dev m0 nodad
ip -n s link set m0 up
ip -n a link set m0 up

# begin NAME HOST COMMAND...: in the background, until it says ready; its
# process id is in $pid.
begin() {
  local log=$folder/$1 host=$2 i
  shift 2
  : >"$log" # there before it is looked into
  ip netns exec "$host" "$@" >"$log" 2>&1 &
  pid=$!
  for (( i = 0; i < 300; ++i )); do
    ! grep -qx ready "$log" || return 0
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  cat "$log"
  fail "no ${log##*/}"
}
# says LOG TEXT [TIMES]: within 15 s.
says() {
  local i
  for (( i = 0; i < 150; ++i )); do
    (( $(grep -c -- "$2" "$folder/$1") < ${3:-1} )) || return 0
    sleep 0.1
  done
  cat "$folder/$1"
  fail "$1 never says: $2"
}
sync_file() { # TIMEOUT
  ip netns exec r "$TROUPE" sync --quiet --no-cache -I eth0 --timeout "$1" \
    file.bin "$folder/copy"
}
relay() {
  begin relay a "$TROUPE" relay -I eth0 --connect fd01::1 --port 4600
}
sent() { ip netns exec s cat /sys/class/net/eth0/statistics/tx_bytes; }

begin router rt "$TROUPE" lab router --no-joins eth0 eth1
head -c 8388608 /dev/urandom >"$folder/file.bin"
begin share s "$TROUPE" share --no-cache -I eth0 --relays 4600 \
  --relays-at fd01::1 --rate 40m "$folder/file.bin"
sharer=$pid

status=0
sync_file 3 || status=$?
(( status != 0 )) || fail "it came without a relay"
[[ ! -e $folder/copy ]] || fail "there is a copy"
echo "without a relay: exit code $status"

relay
says share "a relay has come"
sync_file 20 || fail "with a relay it did not come"
cmp "$folder/file.bin" "$folder/copy" || fail "the copy differs"
echo "with a relay: identical"

# Killed while it serves: 8 MiB at 40 Mbit/s need 1.7 s.
rm "$folder/copy"
sync_file 3 &
receiver=$!
sleep 0.6
kill -KILL "$pid"
killed=$pid
says share "requests of its link end"
wait "$killed" || true
status=0
wait "$receiver" || status=$?
(( status != 0 )) || fail "it came with a relay that was killed"
grep "a relay" "$folder/share"
kill -0 "$sharer" || fail "the sharer has ended with its relay"
before=$(sent)
sleep 1
(( $(sent) - before < 20000 )) || fail "it still sends for who cannot be heard"

# A relay that says nothing more is given up, too: 5 s.
relay
says share "a relay has come" 2
kill -STOP "$pid"
says share "has fallen silent"
kill -KILL "$pid"
wait "$pid" || true

relay
sync_file 20 || fail "with a new relay it did not come"
cmp "$folder/file.bin" "$folder/copy" || fail "the copy differs"
kill -TERM "$pid"
wait "$pid" || fail "a relay that is told to end says $?"
relay
kill -TERM "$sharer"
wait "$sharer" || fail "the sharer ended with $?"
status=0
wait "$pid" || status=$?
(( status != 0 )) || fail "a relay without a sharer should say so"
tail -n 1 "$folder/relay"
