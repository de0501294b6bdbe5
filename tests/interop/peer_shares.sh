#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# librecast shares a file of BYTES bytes, Troupe syncs it. With `delta` as the
# second argument Troupe has an old copy of which 1 % of the chunks differ.
# usage: peer_shares.sh BYTES [delta]
source "$(dirname "$0")/peer.sh"
begin_with_peer 2
make_file "$data/file" "$1"
if [[ ${2:-} == delta ]]; then
  cp "$data/file" "$data/copy"
  change_chunks "$data/file" $(( $1 / chunk_bytes / 100 ))
fi

peer_share_on h1 "$data/file"
sync_on h2 --hash blake3 file "$data/copy"
expect_same "$data/file" "$data/copy"
if [[ ${2:-} == delta ]]; then
  expect_summary ", $(( $1 / chunk_bytes / 100 )) fetched"
fi
stop_peer "$sharer"
