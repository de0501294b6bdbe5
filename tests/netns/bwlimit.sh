#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# sync --bwlimit: what comes stays within 10 % of the rate over all of a sync,
# by either wire, and no second of it has more.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 12000000
make_file "$data/large" 60000000 5000000
share_on h1 "$data/file" "$data/large"

# once KIB_PER_S NAME OPTION...: whether it kept the rate.
once() {
  local rate=$(( $1 * 1024 )) begun before all most=0 last now step
  rm -f "$data/to"
  before=$(bytes_in h2) begun=$(now_ms)
  nsenter --net=/run/netns/h2 -- "$TROUPE" sync -q --interface eth0 \
    --no-cache --bwlimit "$1" "${@:3}" "$2" "$data/to" &
  last=$before
  while sleep 0.5 && kill -0 $! 2>/dev/null; do
    now=$(bytes_in h2)
    step=$(( now - last )) last=$now
    (( step <= most )) || most=$step
  done
  wait $! || fail "the sync failed"
  expect_same "$data/$2" "$data/to"
  # The counter is of whole frames, 62 bytes of headers around 1384.
  all=$(( ($(bytes_in h2) - before) * 1000 / ($(now_ms) - begun) ))
  echo "${*:3} $1 KiB/s: $(( all / 1024 )) KiB/s on the link," \
    "$(( most * 2 / 1024 )) in its fastest half second"
  (( all < rate * 115 / 100 )) || fail "too fast"
  (( all > rate * 85 / 100 && most * 2 < rate * 140 / 100 ))
}

# What a busy machine holds up comes late and then at once: tried three times.
limited() {
  once "$@" || once "$@" || once "$@" || fail "the rate is not kept"
}
limited 4096 file
limited 4096 file --wire classic
limited 20480 large
stop_sharer "$sharer"
