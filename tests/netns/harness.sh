#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The hosts themselves: what one sends arrives at the others, loss is what was
# asked for, and the counters count.
source "$(dirname "$0")/session.sh"
begin 3

send() { # COUNT datagrams of 1000 bytes to all hosts
  on h1 bash -c 'exec 3>/dev/udp/ff02::1%eth0/9
    for (( i = 0; i < $1; ++i )); do printf %01000d 0 >&3; done' - "$1"
}

before=$(bytes_in h2)
send 100
arrived=$(( $(bytes_in h2) - before ))
(( arrived >= 100000 && arrived < 120000 )) || fail "$arrived bytes arrived"

offloads off
[[ $(on h1 ethtool -k eth0) == *"tx-udp-segmentation: off"* ]]
[[ $(on h3 ethtool -k eth0) == *"generic-receive-offload: off"* ]]

loss h2 50
send 400
lost=$(dropped h2)
echo "$lost of 400 packets lost at 50 %"
(( lost > 130 && lost < 270 )) || fail "that is not half of them"

loss h2 0
send 100
[[ $(dropped h2) == 0 ]] || fail "packets are lost without loss"
