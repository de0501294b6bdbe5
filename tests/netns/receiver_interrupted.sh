#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Ctrl-C at the receiver: exit code 130, the old file as it was, no litter.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 67108864
mkdir "$data/to"
make_file "$data/old" 500000 5000000
cp "$data/old" "$data/to/copy"
midway() { (( $(bytes_in h2) > 12000000 )); }

share_on h1 --rate 100m "$data/file"
start h2 "$work/sync.log" "$TROUPE" sync --interface eth0 file "$data/to/copy"
receiver=$started
wait_until 30 midway || fail "the sync did not get going"
kill -TERM "$receiver"
status=0
wait "$receiver" || status=$?
[[ $status == 130 ]] || fail "exit code $status instead of 130"
expect_same "$data/old" "$data/to/copy"
expect_only "$data/to" copy
stop_sharer "$sharer"
