#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two receivers at once, from one sharer.
source "$(dirname "$0")/session.sh"
begin 3
make_file "$data/file" 67108864

share_on h1 "$data/file"
before=$(bytes_out h1)
sync_on h2 file "$data/copy-2" & second=$!
sync_on h3 file "$data/copy-3" & third=$!
wait "$second"
wait "$third"
expect_same "$data/file" "$data/copy-2"
expect_same "$data/file" "$data/copy-3"
echo "$(( $(bytes_out h1) - before )) bytes sent for two receivers"
stop_sharer "$sharer"
