#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A Troupe and a librecast receiver ask for the same file at the same time, of
# WHO shares it: one does not keep the other from getting it.
# usage: two_makes.sh peer|troupe
source "$(dirname "$0")/peer.sh"
begin_with_peer 3
make_file "$data/file" 20000000
case $1 in
  peer) peer_share_on h1 "$data/file" ;;
  troupe) share_on h1 --hash blake3 "$data/file" ;;
  *) fail "usage: two_makes.sh peer|troupe" ;;
esac
peer_sync_on h2 file "$data/theirs" &
theirs=$!
sync_on h3 --hash blake3 file "$data/ours"
wait "$theirs" || fail "librecast failed"
expect_same "$data/file" "$data/ours"
expect_same "$data/file" "$data/theirs"
case $1 in
  peer) stop_peer "$sharer" ;;
  troupe) stop_sharer "$sharer" ;;
esac
