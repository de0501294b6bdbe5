#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A file that was hashed before and has not changed since is not read again, and
# one that has changed is.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 10000000
mkdir "$data/to"
cp "$data/file" "$data/to/copy"
trees=$work/cache/troupe/trees
sleep 1.2   # so that its times are old enough

share_on h1 "$data/file"
sync_on h2 file "$data/to/copy"
expect_summary "306 chunks kept" "0 fetched"
(( $(ls "$trees" | wc -l) == 2 )) || fail "not remembered: $(ls "$trees")"

# The memory alone tells: with it no time is spent on hashing.
sync_on h2 file "$data/to/copy"
expect_summary "306 chunks kept" "0 fetched"
sync_on h2 --no-cache file "$data/to/copy"
expect_summary "306 chunks kept" "0 fetched"

change_chunks "$data/to/copy" 3
sync_on h2 file "$data/to/copy"
expect_same "$data/file" "$data/to/copy"
expect_summary "303 chunks kept" "3 fetched"

# A damaged memory is not believed.
sleep 1.2
sync_on h2 file "$data/to/copy"
for tree in "$trees"/*; do printf x | dd of="$tree" bs=1 seek=200 conv=notrunc status=none; done
sync_on h2 file "$data/to/copy"
expect_summary "306 chunks kept" "0 fetched"
stop_sharer "$sharer"
