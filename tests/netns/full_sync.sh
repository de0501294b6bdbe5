#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# 64 MiB arrive identical, and what is there already is not fetched again.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 67108864
mkdir "$data/to"

share_on h1 "$data/file"
sync_on h2 file "$data/to/copy"
expect_same "$data/file" "$data/to/copy"
expect_summary "67108864 bytes" "0 chunks kept" "2048 fetched"

sync_on h2 file "$data/to/copy"
expect_same "$data/file" "$data/to/copy"
expect_summary "2048 chunks kept" "0 fetched"

expect_only "$data/to" copy
stop_sharer "$sharer"
