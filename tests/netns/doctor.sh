#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Faults that are made for real, one at a time: the doctor names each of them,
# and finds nothing wrong before and after.
source "$(dirname "$0")/session.sh"
begin 3 querier

# doctor HOST [OPTION...]: ids of the faults found, in one line.
doctor() {
  local listen=()
  [[ $* == *--listen* ]] || listen=(--listen 0.3)
  on "$1" timeout 40 "$TROUPE" doctor --json "${listen[@]}" "${@:2}" \
    >"$work/findings" || [[ $? == 20 ]] || fail "doctor failed"
  sed -n 's/.*"severity":"fault","id":"\([^"]*\)".*/\1/p' "$work/findings" |
    paste -sd' '
}

diagnoses=0
# expect HOST ID [OPTION...]: that fault and no other.
expect() {
  local found
  found=$(doctor "$1" "${@:3}")
  [[ $found == "$2" ]] ||
    fail "found '$found' instead of '$2': $(cat "$work/findings")"
  [[ -z $2 ]] || { diagnoses=$(( diagnoses + 1 )); echo "found: $2"; }
}
well() { expect h2 "" --interface eth0; }

well
expect h2 "" # chooses the interface itself
expect h2 no-interface --interface eth7

on h2 ip link set eth0 down
expect h2 interface-down --interface eth0
on h2 ip link set eth0 up
wait_until 10 has_address h2

ip link set p2 down
expect h2 no-carrier --interface eth0
ip link set p2 up
wait_until 10 has_address h2

on h2 ip link set eth0 multicast off
expect h2 no-multicast-flag --interface eth0
on h2 ip link set eth0 multicast on

echo 1 | on h2 tee /proc/sys/net/ipv6/conf/eth0/disable_ipv6 >/dev/null
expect h2 ipv6-disabled --interface eth0
echo 0 | on h2 tee /proc/sys/net/ipv6/conf/eth0/disable_ipv6 >/dev/null
wait_until 10 has_address h2
well

on h2 ip -6 route del multicast ff00::/8 dev eth0 table local
expect h2 no-route --interface eth0
on h2 ip -6 route add multicast ff00::/8 dev eth0 table local

rules() { on h2 nft -f - <<<"table inet f { chain c {
  type filter hook $1 priority 0; $2 drop; }; }"; }
no_rules() { on h2 nft delete table inet f; }
rules output "udp dport 4242"
expect h2 firewall-output --interface eth0
no_rules
rules input "udp dport 4242"
expect h2 firewall-input --interface eth0
no_rules
rules input "icmpv6 type 143"
expect h2 firewall-mld --interface eth0
no_rules

echo 1 | on h2 tee /proc/sys/net/ipv6/conf/eth0/force_mld_version >/dev/null
expect h2 mld-version-1 --interface eth0
echo 0 | on h2 tee /proc/sys/net/ipv6/conf/eth0/force_mld_version >/dev/null
well

# A host that is a bridge, as a host of virtual machines is.
on h3 ip link add br1 type bridge mcast_snooping 1
on h3 ip link add v0 type veth peer name v1
on h3 ip link set v0 master br1 up
on h3 ip link set v1 up
on h3 ip link set br1 up
wait_until 10 eval '[[ $(on h3 ip -o link show br1) == *"state UP"* ]]'
expect h3 snooping-without-querier --interface br1
expect h3 "" --interface eth0 # that is no port of it
on h3 ip link set br1 type bridge mcast_querier 1
expect h3 bridge-version-1 --interface br1
on h3 ip link set br1 type bridge mcast_mld_version 2
expect h3 "" --interface br1
on h3 ip link set br1 type bridge mcast_hash_max 64
expect h3 group-limit --interface br1
on h3 ip link del br1

# The link's querier speaks version 1; it asks when it is turned on.
ip link set br0 type bridge mcast_querier 0
ip link set br0 type bridge mcast_mld_version 1
( sleep 0.8; ip link set br0 type bridge mcast_querier 1 ) &
expect h2 querier-version-1 --interface eth0 --listen 3
wait "$!"
ip link set br0 type bridge mcast_querier 0 mcast_mld_version 2
ip link set br0 type bridge mcast_querier 1

# Names that nobody, one host and two hosts share.
make_file "$data/file" 100000
mkdir "$data/other"
make_file "$data/other/file" 100000 5000000
expect h2 no-sharer --interface eth0 --name file
share_on h1 "$data/file"
expect h2 "" --interface eth0 --name file --listen 1
share_on h3 "$data/other/file"
expect h2 two-sharers --interface eth0 --name file --listen 1

# Two hosts: both well; alone; one way; full packets lost.
meet() { # ID-AT-h1 ID-AT-h2
  ( on h1 timeout 40 "$TROUPE" doctor --json --listen 0.3 --interface eth0 \
      --with room >"$work/there" || true ) &
  local other=$!
  expect h2 "$2" --interface eth0 --with room
  wait "$other"
  [[ -z $1 ]] || grep -q "\"id\":\"$1\"" "$work/there" ||
    fail "the other host found no $1: $(cat "$work/there")"
}
meet met ""
grep -q '"id":"met"' "$work/findings" || fail "the hosts did not meet"
expect h2 nobody-met --interface eth0 --with room
nft -f - <<<'table bridge f { chain c { type filter hook forward priority 0;
  iifname "p2" oifname "p1" udp dport 4242 drop; }; }'
meet nobody-met one-way
nft delete table bridge f
nft -f - <<<'table bridge f { chain c { type filter hook forward priority 0;
  udp length > 1400 drop; }; }'
meet full-packets-lost full-packets-lost
nft delete table bridge f

well
(( diagnoses >= 12 )) || fail "$diagnoses diagnoses"
echo "$diagnoses faults, $diagnoses diagnoses"
