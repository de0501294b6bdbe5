#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Troupe shares a file of BYTES bytes, librecast syncs it. With `delta` as the
# second argument librecast has an old copy of which 1 % of the chunks differ.
# usage: troupe_shares.sh BYTES [delta]
source "$(dirname "$0")/peer.sh"
begin_with_peer 2
make_file "$data/file" "$1"
if [[ ${2:-} == delta ]]; then
  cp "$data/file" "$data/copy"
  change_chunks "$data/file" $(( $1 / chunk_bytes / 100 ))
fi

share_on h1 --hash blake3 "$data/file"
peer_sync_on h2 file "$data/copy"
expect_same "$data/file" "$data/copy"
stop_sharer "$sharer"
