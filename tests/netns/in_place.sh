#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --inplace changes the file itself and writes little more than what differs;
# if it is killed at any moment, the file is the old one until all is there, and
# the same command completes it.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 33554432
cp "$data/file" "$data/old"
change_chunks "$data/file" 40
share_on h1 "$data/file"

cp "$data/old" "$data/copy"
inode=$(stat -c %i "$data/copy")
sync_on h2 --inplace file "$data/copy"
expect_same "$data/file" "$data/copy"
expect_summary "40 fetched"
[[ $(stat -c %i "$data/copy") == "$inode" ]] || fail "it is another file"
expect_only "$data" copy file old

for (( i = 0; i < 20; ++i )); do
  cp "$data/old" "$data/copy"
  # Not by on(): it is to be this process, which is killed.
  nsenter --net=/run/netns/h2 -- "$TROUPE" sync -q --interface eth0 \
    --no-cache --inplace file "$data/copy" &
  sleep "0.0$(( i * 4 / 10 ))$(( i * 4 % 10 ))"
  kill -KILL $! 2>/dev/null || true
  wait $! 2>/dev/null || true
  sync_on h2 --inplace file "$data/copy" >/dev/null
  expect_same "$data/file" "$data/copy"
  expect_only "$data" copy file old
done
stop_sharer "$sharer"
