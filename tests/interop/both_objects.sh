#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# One program, built with librecast and with our library: each sends an object
# of KIND (tree, chunk, dir, memory), each receives it, and both say the same
# of it whoever sent. $PEER_OBJECTS and $OUR_OBJECTS are the two.
# usage: both_objects.sh KIND
source "$(dirname "$0")/peer.sh"
kind=${1:?usage: both_objects.sh KIND}
[[ -x ${PEER_OBJECTS:-} ]] ||
  skip "the librecast library is not there (see scripts/install-deps)"
begin_with_peer 2

# received FROM TO: what TO says when FROM sends.
received() {
  local log=$work/send-$((++share_number)).log sender
  start h1 "$log" "$1" send "$kind" eth0
  sender=$started
  wait_until 30 grep -q ready "$log" || fail "the sender did not start"
  # librecast loses a join now and then and waits for ever: once more then.
  on h2 "$2" recv "$kind" eth0 || on h2 "$2" recv "$kind" eth0 ||
    fail "nothing was received"
  kill -TERM "$sender"
  wait "$sender" || fail "the sender failed"
  [[ $1 == "$PEER_OBJECTS" ]] || cat "$log" >>"$work/senders"
}

for from in "$PEER_OBJECTS" "$OUR_OBJECTS"; do
  for to in "$PEER_OBJECTS" "$OUR_OBJECTS"; do
    received "$from" "$to" >"$work/out-${from##*/}-${to##*/}"
  done
done
first=$work/out-peer_objects-peer_objects
cat "$first"
[[ -s $first ]] || fail "librecast said nothing"
for each in "$work"/out-*; do
  diff "$first" "$each" || fail "${each##*/out-} differs"
done
if [[ $kind == memory ]]; then
  grep -q 'bytes sent: 1' "$work/senders" || fail "no statistics of the share"
else
  grep -q 'cancelled: 1' "$work/senders" || fail "not cancelled"
fi
echo "the same for all four pairs"
