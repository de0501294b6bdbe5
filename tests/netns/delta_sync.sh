#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Of a file of which 1 % of the chunks changed, only those are fetched.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 67108864
cp "$data/file" "$data/copy"
change_chunks "$data/file" 20

share_on h1 "$data/file"
before=$(bytes_in h2)
sync_on h2 file "$data/copy"
arrived=$(( $(bytes_in h2) - before ))
expect_same "$data/file" "$data/copy"
expect_summary "2028 chunks kept" "20 fetched"
echo "$arrived bytes arrived"
(( arrived < 67108864 / 20 )) || fail "1 % of changes took $arrived bytes"
stop_sharer "$sharer"
