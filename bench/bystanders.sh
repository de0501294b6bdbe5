#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What one bad receiver costs the others, and what more receivers cost the
# sharer: medians, for docs/reliability.md. The sharer's rate is the limit, so
# that the processors are not.
#
# usage: TROUPE=build/release/bin/troupe FLOOD=build/release/bin/troupe_flood \
#          bench/bystanders.sh [RUNS [MIB]]
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TROUPE=$(realpath "${TROUPE:?names the program}")
FLOOD=$(realpath "${FLOOD:?names the flood program}")
export TROUPE FLOOD
# shellcheck source-path=SCRIPTDIR source=../tests/netns/session.sh
source "$here/../tests/netns/session.sh"
begin 9
runs=${1:-7} mib=${2:-32} rate=200m
make_file "$data/large" $(( 4 * mib * 1048576 )) 7000000
kinds=(none stopped joins churn)

median() { sort -n | awk '{all[NR] = $1} END {print all[int((NR + 1) / 2)]}'; }
# All threads, and what the kernel does on their account.
cpu_us() { awk '{sum += $1} END {print int(sum / 1000)}' /proc/"$1"/task/*/schedstat; }

# sync_all NAME HOST...: all at once; the milliseconds until the last has ended.
sync_all() {
  local name=$1 begin pids=() each
  shift
  begin=$(now_ms)
  for each in "$@"; do
    start "$each" "$work/sync-$each.log" timeout 120 "$TROUPE" sync \
      --interface eth0 --no-cache "$name" "$data/copy-$each"
    pids+=("$started")
  done
  for each in "${pids[@]}"; do
    wait "$each" || fail "a sync failed"
  done
  echo $(( $(now_ms) - begin ))
  for each in "$@"; do
    expect_same "$data/$name" "$data/copy-$each"
    rm "$data/copy-$each"
  done
}

# with_neighbour KIND FILE: the time of two receivers beside one of that kind.
with_neighbour() {
  local pid=''
  case $1 in
    stopped)
      start h4 "$work/neighbour.log" "$TROUPE" sync --interface eth0 \
        --no-cache "$2" "$data/copy-h4"
      pid=$started
      ( sleep 0.4; kill -STOP "$pid" ) &
      ;;
    joins | churn)
      start h4 "$work/neighbour.log" "$FLOOD" eth0 100 "$1"
      pid=$started
      sleep 0.3
      ;;
  esac
  sync_all "$2" h2 h3
  [[ -z $pid ]] || { kill -KILL "$pid" && wait "$pid" 2>/dev/null; } || true
  rm -f "$data"/.copy-h4* "$data/copy-h4"
}

# Files of their own, without a chunk in common: what a host asks for again waits
# for what is new.
for (( run = 0; run < runs; ++run )); do
  for kind in "${kinds[@]}"; do
    files+=("$data/$kind$run")
    make_file "${files[-1]}" $(( mib * 1048576 )) \
      $(( 10000000 + ${#files[@]} * (mib * 16384 + 7) ))
  done
done
share_on h1 --rate "$rate" "${files[@]}" "$data/large"
declare -A times
for (( run = 0; run < runs; ++run )); do
  for kind in "${kinds[@]}"; do
    times[$kind]+="$(with_neighbour "$kind" "$kind$run") "
  done
done
alone=$(tr ' ' '\n' <<<"${times[none]% }" | median)
for kind in "${kinds[@]}"; do
  each=$(tr ' ' '\n' <<<"${times[$kind]% }" | median)
  awk -v kind="$kind" -v ms="$each" -v alone="$alone" -v all="${times[$kind]}" \
    'BEGIN { printf "neighbour %-8s median %5d ms, %+.1f %%   (%s)\n",
             kind, ms, (ms / alone - 1) * 100, all }'
done

# Without more, the kernel copies each packet to all who joined before the system
# call of the sharer returns, which no host with a switch does. So the switch gets
# the last processor, and the sharer another.
switch_cpu=$(( $(nproc) - 1 ))
declare -A cpu bytes
for switch in "no processor" "a processor"; do
  if [[ $switch == a* ]]; then
    (( switch_cpu > 0 )) || break
    taskset -a -p -c 0 "$sharer" >/dev/null
    mount -t sysfs sysfs /sys
    printf '%x' $(( 1 << switch_cpu )) >/sys/class/net/p1/queues/rx-0/rps_cpus
  fi
  cpu=() bytes=()
  for (( run = 0; run < runs; ++run )); do
    for count in 1 8; do
      mapfile -t some < <(seq -f 'h%g' 2 $(( count + 1 )))
      cpu_before=$(cpu_us "$sharer") bytes_before=$(bytes_out h1)
      sync_all large "${some[@]}" >/dev/null
      cpu[$count]+="$(( $(cpu_us "$sharer") - cpu_before ))"$'\n'
      bytes[$count]+="$(( $(bytes_out h1) - bytes_before ))"$'\n'
    done
  done
  for count in 1 8; do
    echo "$count receivers, $switch for the switch: median" \
      "$(printf %s "${bytes[$count]}" | median) bytes sent," \
      "$(printf %s "${cpu[$count]}" | median) us of CPU at the sharer"
  done
done
stop_sharer "$sharer"
