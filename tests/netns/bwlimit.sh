#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# sync --bwlimit: what comes stays near the rate over all of a sync, by either
# wire, and no half second of it has much more.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 12000000
make_file "$data/large" 60000000 5000000
share_on h1 "$data/file" "$data/large"

# once KIB_PER_S NAME OPTION...: whether it kept the rate, from half a second
# after its start until it was last seen at work.
once() {
  local rate=$(( $1 * 1024 )) begun before all first=0 first_at=0 last last_at
  local now at step most=0
  rm -f "$data/to"
  before=$(bytes_in h2) begun=$(now_ms)
  last=$before last_at=$begun
  nsenter --net=/run/netns/h2 -- "$TROUPE" sync -q --interface eth0 \
    --no-cache --bwlimit "$1" "${@:3}" "$2" "$data/to" &
  while sleep 0.5 && kill -0 $! 2>/dev/null; do
    now=$(bytes_in h2) at=$(now_ms)
    step=$(( (now - last) * 1000 / (at - last_at) ))
    (( step <= most )) || most=$step
    (( first )) || { first=$now; first_at=$at; }
    last=$now last_at=$at
  done
  wait $! || fail "the sync failed"
  expect_same "$data/$2" "$data/to"
  (( last_at > first_at )) || fail "faster than in a second"
  all=$(( ($(bytes_in h2) - before) * 1000 / ($(now_ms) - begun) ))
  step=$(( (last - first) * 1000 / (last_at - first_at) ))
  # The counter is of whole frames, 62 bytes of headers around 1384.
  echo "${*:3} $1 KiB/s: $(( step / 1024 )) KiB/s on the link," \
    "$(( most / 1024 )) in its fastest half second, $(( all / 1024 ))" \
    "from beginning to end"
  (( all < rate * 115 / 100 )) || fail "too fast"
  (( step > rate * 85 / 100 && most < rate * 140 / 100 ))
}

# What a busy machine holds up comes late and then at once: tried three times.
limited() {
  once "$@" || once "$@" || once "$@" || fail "the rate is not kept"
}
limited 4096 file
limited 4096 file --wire classic
limited 20480 large
stop_sharer "$sharer"
