# SPDX-License-Identifier: BSD-3-Clause
# Hosts on a bridge, made of network namespaces. Sourced, not run.
# shellcheck shell=bash
#
#   source netns.sh
#   in_namespaces "$0" "$@" || ...     # the rest runs in a world of its own
#   hosts 2                            # h1 and h2, each with an eth0
#   on h1 ping -c1 ff02::1%eth0
#
# in_namespaces starts the script again in mount, process and network
# namespaces that are its alone (as root, or as an ordinary user where user
# namespaces are allowed). So nothing outside can be touched, names cannot
# collide, and when the script ends, by whatever signal, its hosts, its
# processes and the files below $work are gone.

work=/run/work   # scratch space in memory, inside only

# Namespaces to ask for: root needs no user namespace.
_unshare() {
  local flags=(--mount --net --pid --fork --kill-child --mount-proc)
  (( EUID == 0 )) || flags+=(--user --map-root-user)
  unshare "${flags[@]}" -- "$@"
}

# in_namespaces SCRIPT [ARGUMENT...]: returns 0 inside, 1 where it is not
# allowed; outside it does not return but exits like the script inside.
in_namespaces() {
  if is_inside; then
    trap 'exit 130' INT TERM   # the first process has no default handlers
    export XDG_CACHE_HOME=$work/cache XDG_STATE_HOME=$work/state
    unset TROUPE_NAMESPACE
    mount -t tmpfs -o mode=755 tmpfs /run && mkdir -p /run/netns "$work" &&
      ip link set lo up && _no_address_delay
    return
  fi
  _unshare sh -c 'mount -t tmpfs tmpfs /run && mkdir /run/netns &&
    ip netns add x && nsenter --net=/run/netns/x true' 2>/dev/null || return 1
  local status=0
  TROUPE_NAMESPACE=inside _unshare "$@" || status=$?
  exit "$status"
}

# Whether in_namespaces has started this script, and has not returned yet.
is_inside() { [[ ${TROUPE_NAMESPACE:-} == inside ]]; }

# Addresses are usable at once: no duplicate address detection.
_no_address_delay() {
  local conf=/proc/sys/net/ipv6/conf each
  for each in all default; do
    echo 0 >"$conf/$each/accept_dad" || return
  done
  echo 0 >"$conf/default/router_solicitations"
}

# on HOST COMMAND...: runs a command on a host. For a command in the
# background use: start HOST LOG COMMAND..., its process id is in $started.
on() { nsenter --net="/run/netns/$1" -- "${@:2}"; }

start() {
  : >"$2"   # there as soon as this returns
  nsenter --net="/run/netns/$1" -- "${@:3}" >"$2" 2>&1 </dev/null &
  started=$!
}

# hosts COUNT [querier]: hosts h1, h2, ... whose eth0 is on one bridge, with
# the kernel's default offloads. The bridge floods multicast, as a switch
# without a querier does; with `querier` it asks for members and then
# delivers to members only. Addresses are the same in every run: those of the
# hosts are lower than the bridge's, so a host that queries outranks it.
hosts() {
  local i
  ip link add br0 address 02:00:00:00:00:99 type bridge stp_state 0 forward_delay 0 mcast_snooping 1 \
    mcast_mld_version 2 mcast_query_response_interval 100
  # Second, for the bridge floods until a response interval has gone by.
  [[ ${2:-} != querier ]] || ip link set br0 type bridge mcast_querier 1
  ip link set br0 up
  for (( i = 1; i <= $1; ++i )); do
    ip netns add "h$i"
    on "h$i" bash -c "$(declare -f _no_address_delay); _no_address_delay"
    ip link add "p$i" type veth peer name eth0 netns "h$i" \
      address "02:00:00:00:00:$(printf %02x "$i")"
    ip link set "p$i" master br0 up
    ip -n "h$i" link set lo up
    ip -n "h$i" addr add "fd00:7470::$i/64" dev eth0 nodad
    ip -n "h$i" link set eth0 up
  done
  for (( i = 1; i <= $1; ++i )); do
    wait_until 10 has_address "h$i"
  done
}

has_address() {
  local lines
  lines=$(ip -n "$1" -6 -o addr show dev eth0 scope link)
  [[ $lines == *inet6* && $lines != *tentative* ]]
}

# offloads on|off: whether large datagrams cross the bridge whole (on, the
# kernel's default) or as frames of at most 1500 bytes, as on a real wire.
offloads() {
  local features=(tso "$1" gso "$1" gro "$1" tx-udp-segmentation "$1") port
  for port in $(ip -o link show master br0 | sed 's/^[0-9]*: \([^@]*\)@.*/\1/'); do
    ethtool -K "$port" "${features[@]}"
    on "h${port#p}" ethtool -K eth0 "${features[@]}"
  done >/dev/null
}

# loss HOST PERCENT: drops that share of the packets that arrive at the host,
# at random; `dropped HOST` says how many it has been so far.
loss() {
  on "$1" nft -f - <<RULES
table netdev loss
delete table netdev loss
table netdev loss {
  counter dropped { }
  chain arriving {
    type filter hook ingress device "eth0" priority 0; policy accept;
    numgen random mod 10000 < $(( $2 * 100 )) counter name dropped drop
  }
}
RULES
}

dropped() {
  on "$1" nft list counter netdev loss dropped |
    sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# Bytes that have arrived at, or left from, the host's eth0.
bytes_in() { on "$1" awk '$1 == "eth0:" {print $2}' /proc/net/dev; }
bytes_out() { on "$1" awk '$1 == "eth0:" {print $10}' /proc/net/dev; }

# wait_until SECONDS COMMAND...: tries until the command succeeds.
wait_until() {
  local end=$(( ${EPOCHREALTIME/[^0-9]/} + $1 * 1000000 ))
  until "${@:2}"; do
    (( ${EPOCHREALTIME/[^0-9]/} < end )) || return 1
    sleep 0.05
  done
}
