#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Sharer and receiver on one host, with --loopback.
source "$(dirname "$0")/session.sh"
begin 1
make_file "$data/file" 16777216

share_on h1 --loopback "$data/file"
sync_on h1 --loopback file "$data/copy"
expect_same "$data/file" "$data/copy"
stop_sharer "$sharer"
