#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A hostile host on the link sends what it can (flood.cpp says what), from
# before a sync begins until it has ended. The sync completes with the right
# content, memory stays bounded, and the sharer keeps to its rate.
# usage: flood.sh data|spoofed|reports|joins|churn
source "$(dirname "$0")/session.sh"
begin 3
[[ -x ${FLOOD:-} ]] || fail "FLOOD does not name the flood program"
ip link set br0 type bridge mcast_snooping 0   # so the hostile host sees all
attack=$1
mib=${FLOOD_MIB:-32}
[[ $attack != reports ]] || mib=${FLOOD_MIB:-8}
is_sanitized=no
! grep -q __asan_init "$TROUPE" || is_sanitized=yes
rate_bits=400000000
make_file "$data/file" $(( mib * 1048576 ))

# Peak resident memory of a process, in MiB.
peak_mib() { awk '/^VmHWM:/ {print int($2 / 1024)}' "/proc/$1/status"; }

# watch_peak PID FILE: keeps the last peak of a process in a file.
watch_peak() {
  while peak_mib "$1" >"$2.new" 2>/dev/null && [[ -s $2.new ]]; do
    mv "$2.new" "$2"
    sleep 0.05
  done
}

# flooded_sync: sets $took_ms, $status, $peak_receiver, $sent_bytes.
flooded_sync() {
  local before begin pid
  before=$(bytes_out h1)
  begin=$(now_ms)
  start h2 "$work/sync.log" "$TROUPE" sync --interface eth0 --no-cache \
    --timeout "${1:-30}" file "$data/copy"
  pid=$started
  watch_peak "$pid" "$work/peak" &
  status=0
  wait "$pid" || status=$?
  took_ms=$(( $(now_ms) - begin ))
  sent_bytes=$(( $(bytes_out h1) - before ))
  peak_receiver=$(<"$work/peak")
}

share_on h1 --rate "$rate_bits" "$data/file"
flooded_sync
[[ $status == 0 ]] || fail "the sync without a flood exited with $status"
echo "in peace: $took_ms ms, $(( sent_bytes / 1048576 )) MiB sent," \
  "receiver $peak_receiver MiB, sharer $(peak_mib "$sharer") MiB"
peace_mib=$peak_receiver
rm "$data/copy"

start h3 "$work/flood.log" "$FLOOD" eth0 100 "$attack"
flood=$started
sleep 0.5
flooded_sync
status_of_sync=$status
kill -TERM "$flood"
wait "$flood" || true
echo "$attack: $took_ms ms, $(( sent_bytes / 1048576 )) MiB sent," \
  "receiver $peak_receiver MiB, sharer $(peak_mib "$sharer") MiB"
echo "the flood: $(tail -n 1 "$work/flood.log")"
flood_rate=$(sed -n '$s/.*: \([0-9]*\).*/\1/p' "$work/flood.log")
tail -n 1 "$work/sync.log"

[[ $status_of_sync == 0 ]] || fail "the sync exited with $status_of_sync"
expect_same "$data/file" "$data/copy"
expect_only "$data" file copy
if [[ $is_sanitized == no ]]; then # sanitizers take memory and time
  (( peak_receiver < peace_mib + 64 )) ||
    fail "the receiver took too much memory"
  (( $(peak_mib "$sharer") < 96 )) || fail "the sharer took too much memory"
fi
# All that it sent in that time, headers included, is within its rate.
(( sent_bytes * 8 / 1000 <= (took_ms + 300) * (rate_bits / 1000000) * 110 / 100 )) ||
  fail "the sharer sent faster than it may"
stop_sharer "$sharer"
# All of that held; but on a busy machine it may have been no flood.
[[ $attack != data || $is_sanitized == yes ]] || (( flood_rate >= 200000 )) ||
  skip "only $flood_rate forged packets a second, not 200000: a busy machine"
