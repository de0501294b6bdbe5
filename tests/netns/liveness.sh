#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Whatever happens around it, a sync ends: well, or with a message of its own,
# within a stated time.
# usage: liveness.sh CASE
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 24000000
mkdir "$data/to"

# begin_sync [OPTION...]: in the background, on h2.
begin_sync() {
  on h2 timeout -k 5 60 "$TROUPE" sync --interface eth0 "$@" \
    file "$data/to/copy" 2>"$work/errors" & receiver=$!
  began=$(now_ms)
}
# end_sync CODE SECONDS: not much later than that
end_sync() {
  local status=0 took
  wait "$receiver" || status=$?
  took=$(( $(now_ms) - began ))
  echo "exit code $status after $took ms: $(<"$work/errors")"
  [[ $status == "$1" ]] || fail "exit code $status instead of $1"
  # The machine may have other work, for which nobody waits for ever either.
  (( took < ($2 + 10) * 1000 )) || fail "it took $took ms"
}
expect_synced() {
  end_sync 0 "$1"
  expect_same "$data/file" "$data/to/copy"
  expect_only "$data/to" copy
}
midway() { (( $(bytes_in h2) > 6000000 )); }
await_midway() {
  wait_until 20 midway || fail "the sync did not get going"
  kill -0 "$receiver" || fail "the sync was over too early"
}

case $1 in
  alone)   # there is no sharer at all
    begin_sync --timeout 1.5
    end_sync 3 3
    expect_error 'nobody answered'
    ;;
  unheard) # a switch that snoops, has no querier and floods nothing
    for port in p1 p2; do
      bridge link set dev "$port" mcast_flood off
    done
    share_on h1 "$data/file"
    begin_sync --timeout 2
    end_sync 3 4
    expect_error 'nobody answered'
    ;;
  snooped) # one that snoops, and floods for want of a querier
    [[ $(ip -d link show br0) == *"mcast_snooping 1"* ]]
    share_on h1 "$data/file"
    begin_sync
    expect_synced 20
    ;;
  receiver_down | sharer_down) # an interface goes down and comes back
    host=h2
    [[ $1 == receiver_down ]] || host=h1
    share_on h1 --rate 100m "$data/file"
    begin_sync
    await_midway
    ip -n "$host" link set eth0 down
    sleep 1.5
    ip -n "$host" link set eth0 up
    expect_synced 25
    ;;
  stays_down)
    share_on h1 --rate 100m "$data/file"
    begin_sync --timeout 2
    await_midway
    ip -n h2 link set eth0 down
    end_sync 4 12
    expect_error 'stopped'
    expect_only "$data/to"
    ;;
  no_route) # a host does not know where multicast goes, and says so at once
    share_on h1 "$data/file"
    for host in h1 h2; do
      on "$host" ip -6 route del multicast ff00::/8 dev eth0 table local
    done
    begin_sync
    end_sync 1 2
    expect_error 'no route for multicast on eth0.*ip -6 route add'
    # What it says helps.
    on h2 sh -c "$(sed 's/.*`\(.*\)`.*/\1/' "$work/errors")"
    begin_sync --timeout 1.5 # the sharer's route is gone, too
    end_sync 3 3
    stop_sharer "$sharer"
    expect_exit 1 on h1 timeout 20 "$TROUPE" share --interface eth0 "$data/file"
    expect_error 'no route for multicast on eth0'
    on h1 ip -6 route add multicast ff00::/8 dev eth0 table local
    share_on h1 "$data/file"
    begin_sync
    expect_synced 20
    ;;
  loss)
    offloads off
    loss h2 30
    share_on h1 "$data/file"
    begin_sync
    expect_synced 30
    (( $(dropped h2) > 1000 )) || fail "nothing was lost"
    ;;
  suspended) # for longer than its patience
    share_on h1 --rate 100m "$data/file"
    begin_sync --timeout 2
    await_midway
    program=$(pgrep -f "sync --interface eth0 --timeout 2" -n)
    kill -STOP "$program"
    sleep "${TROUPE_SUSPENDED_S:-4}"
    kill -CONT "$program"
    expect_synced 30
    ;;
  clock) # the wall clock jumps by a day, to and fro, whenever it is read
    [[ -f ${TROUPE_JUMPING_CLOCK:-} ]] || fail "there is no jumping clock"
    export LD_PRELOAD=$TROUPE_JUMPING_CLOCK
    share_on h1 --rate 100m "$data/file"
    begin_sync --timeout 4
    expect_synced 20
    rm "$data/to/copy"
    kill -9 "$sharer"
    wait "$sharer" 2>/dev/null || true
    begin_sync --timeout 2
    unset LD_PRELOAD
    end_sync 3 4
    ;;
  *) fail "no such case: $1" ;;
esac
[[ ! -e /proc/${sharer:-0}/status ]] || [[ $1 == clock ]] || stop_sharer "$sharer"
