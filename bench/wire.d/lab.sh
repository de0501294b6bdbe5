#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Changes the hosts that bench/wire has made: h1 sends, h2 to h5 receive, and
# h6 receives at the far end of a slow cable. Run inside that world only.
#
# usage: lab.sh dress
#        lab.sh cable     when its devices are there: p6 here, eth0 in h6
#        lab.sh arrange OFFLOADS RATE LOSS HOST...
set -euo pipefail
# shellcheck source=../../tests/support/netns.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../tests/support/netns.sh"

# udpcast speaks IPv4 only and looks for its receivers by broadcast.
ipv4() { # HOST
  ip -n "$1" addr add "10.91.0.${1#h}/24" brd + dev eth0
  ip -n "$1" route add 224.0.0.0/4 dev eth0
}

# Once: the hosts 1 to 5.
dress() {
  local i
  for i in 1 2 3 4 5; do
    ipv4 "h$i"
  done
}

# Once: h6. Its devices carry no more than frames, whatever the offloads are.
cable() {
  on h6 bash -c "$(declare -f _no_address_delay); _no_address_delay"
  ip link set p6 txqueuelen 20000 up
  ip -n h6 link set eth0 txqueuelen 20000
  ip -n h6 link set lo up
  ip -n h6 addr add fd00:7470::6/64 dev eth0 nodad
  ip -n h6 link set eth0 up
  ipv4 h6
  wait_until 10 has_address h6
}

# arrange OFFLOADS RATE LOSS HOST...: exactly these receivers are on the
# bridge, since one that only stands by costs a copy of every packet. Each
# loses LOSS percent of what arrives; h1 sends RATE (`none`: no limit).
arrange() {
  local host
  for host in h2 h3 h4 h5 h6; do
    ! ip link show "p${host#h}" >/dev/null 2>&1 ||
      ip link set "p${host#h}" nomaster
  done
  for host in "${@:4}"; do
    [[ $host == h6 ]] || ip link set "p${host#h}" master br0
  done
  offloads "$1"
  for host in "${@:4}"; do
    [[ $host != h6 ]] || ip link set p6 master br0
    if [[ $3 == 0 ]]; then
      on "$host" nft delete table netdev loss 2>/dev/null || true
    else
      loss "$host" "$3"
    fi
  done
  on h1 tc qdisc del dev eth0 root 2>/dev/null || true
  [[ $2 == none ]] ||
    on h1 tc qdisc add dev eth0 root tbf rate "$2" burst 256k latency 200ms
}

"$@"
