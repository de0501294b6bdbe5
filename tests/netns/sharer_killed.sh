#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The sharer is killed midway: the receiver says so within its timeout, and
# the old file at the destination is as it was.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 67108864
mkdir "$data/to"
make_file "$data/old" 500000 5000000
cp "$data/old" "$data/to/copy"
midway() { (( $(bytes_in h2) > 12000000 )); }

share_on h1 --rate 100m "$data/file"
on h2 timeout 120 "$TROUPE" sync --interface eth0 --timeout 10 \
  file "$data/to/copy" 2>"$work/errors" &
receiver=$!
wait_until 30 midway || fail "the sync did not get going"
kill -0 "$receiver" || fail "the sync was over before the sharer was killed"
kill -9 "$sharer"
killed=$(now_ms)
wait "$sharer" 2>/dev/null || true

status=0
wait "$receiver" || status=$?
took=$(( $(now_ms) - killed ))
echo "exit code $status after $took ms: $(<"$work/errors")"
[[ $status == [45] ]] || fail "exit code $status instead of 4 or 5"
(( took < 12000 )) || fail "it took $took ms to say so"
expect_error 'stopped|timed out'
expect_same "$data/old" "$data/to/copy"
expect_only "$data/to" copy
