#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A cable that delays, repeats, reorders and loses: what really arrives
# between two namespaces.
set -euo pipefail
source "$(dirname "$0")/support.sh"
begin_lab
[[ -c /dev/net/tun ]] || skip "there is no /dev/net/tun here"
# A world of its own, whose namespaces and processes go away with it.
if [[ ${INSIDE:-} != yes ]]; then
  status=0
  INSIDE=yes unshare --mount --net --pid --fork --kill-child --mount-proc \
    $( (( EUID == 0 )) || echo --map-root-user ) -- "$0" || status=$?
  exit "$status"
fi
mount -t tmpfs none /run
mkdir /run/netns

# cable OPTION...: between h1 and h2, where a program sends back what comes.
cable() {
  local i
  for i in 1 2; do ip netns add "h$i"; done
  : >"$folder/log" # there, and empty, before they are looked into
  : >"$folder/echo"
  "$TROUPE" lab link "$@" /run/netns/h1:eth0 /run/netns/h2:eth0 \
    <"$folder/control" >"$folder/log" 2>&1 &
  link=$!
  exec {control}>"$folder/control" # waits for the other end
  until grep -qx ready "$folder/log"; do
    kill -0 "$link" 2>/dev/null || { cat "$folder/log"; fail "no link"; }
    sleep 0.02
  done
  for i in 1 2; do
    ip -n "h$i" addr add "fd00::$i/64" dev eth0 nodad
    ip -n "h$i" link set eth0 up
  done
  ip netns exec h2 "$PROBE" echo 9 >"$folder/echo" &
  echoing=$!
  until grep -qx ready "$folder/echo"; do sleep 0.02; done
  probe 20 1000 # neighbours are found
}
unplug() {
  kill -TERM "$echoing"
  kill -TERM "$link"
  wait "$link" || fail "the link ended with $?"
  wait "$echoing" || true
  exec {control}>&-
  cat "$folder/log"
  ! ip -n h1 link show eth0 2>/dev/null || fail "the device is still there"
  for i in 1 2; do ip netns del "h$i"; done
}
# probe COUNT GAP_US: each figure in a variable of its name.
probe() {
  local words i
  read -ra words < <(ip netns exec h1 "$PROBE" send fd00::2 9 "$1" "$2")
  for (( i = 0; i < ${#words[@]}; i += 2 )); do
    declare -g "${words[i]}=${words[i + 1]}"
  done
  printf '%s\n' "${words[*]}"
}
# probe_until CONDITION COUNT GAP_US: five times, since others may keep the
# processors busy.
probe_until() {
  local try
  for try in 1 2 3 4 5; do
    probe "$2" "$3"
    ! "$1" || break
  done
}
between() { # NAME LEAST MOST
  local value=${!1}
  (( value >= $2 && value <= $3 )) || fail "$1 is $value, not $2 to $3"
}
mkfifo "$folder/control"

echo "-- 20 ms each way"
cable --delay-ms 20
in_time() { (( least_us >= 40000 && median_us <= 42000 )); }
probe_until in_time 200 5000
between back 200 200
between repeated 0 0
between late 0 0
between least_us 40000 42000
between median_us 40000 42000
unplug

echo "-- a jitter of 4 ms keeps the order"
cable --delay-ms 10 --jitter-ms 4
in_time() { (( least_us < 18000 && median_us < 25000 && most_us > 22000 )); }
probe_until in_time 400 5000
between back 400 400
between late 0 0
between least_us 12000 17999
between median_us 18000 24999
between most_us 22000 100000000
unplug

echo "-- a tenth is repeated, each way"
cable --delay-ms 1 --duplicate 10
probe 3000 300
between back 3000 3000
# each way a tenth; those that came twice are sent back twice
between repeated 480 780
unplug

echo "-- a twentieth overtakes, each way"
cable --delay-ms 5 --reorder 5
probe 3000 300
between back 3000 3000
between late 1500 3000
unplug

echo "-- a tenth is lost there, in bursts, and nothing back"
cable --loss 10 --burst 4
probe 4000 300
between back 3360 3840
echo "-- until a line on its input says that nothing is"
echo "loss 0" >&"$control"
sleep 0.1
probe 2000 300
between back 2000 2000
unplug
