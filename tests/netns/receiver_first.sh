#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A receiver that starts 5 s before the sharer completes.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 4194304

sync_on h2 file "$data/copy" &
receiver=$!
sleep 5
kill -0 "$receiver" || fail "the receiver did not wait for a sharer"
share_on h1 "$data/file"
wait "$receiver"
expect_same "$data/file" "$data/copy"
stop_sharer "$sharer"
