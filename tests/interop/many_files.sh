#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A directory of 500 small files (2500 with TROUPE_LONG_TESTS=1), which
# librecast shares and Troupe syncs, or the other way round.
# usage: many_files.sh peer|troupe
source "$(dirname "$0")/peer.sh"
begin_with_peer 2
mkdir "$data/tree" "$data/to"
make_file "$work/bytes" 100000
files=500
[[ ${TROUPE_LONG_TESTS:-0} != 1 ]] || files=2500
for (( i = 0; i < files; ++i )); do
  (( i % 50 )) || mkdir "$data/tree/$(( i / 50 ))"
  tail -c +$(( i + 1 )) "$work/bytes" | head -c $(( i % 97 * 30 )) \
    >"$data/tree/$(( i / 50 ))/$i" || true
done
case $1 in
  peer)
    peer_share_on h1 "$data/tree"
    sync_on h2 --hash blake3 -a tree "$data/to"
    stop_peer "$sharer" ;;
  troupe)
    share_on h1 --hash blake3 -r "$data/tree"
    peer_deadline=150 peer_sync_on h2 tree "$data/to" archive
    stop_sharer "$sharer" ;;
  *) fail "usage: many_files.sh peer|troupe" ;;
esac
diff -r --no-dereference "$data/tree" "$data/to/tree" || fail "they differ"
