#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Sizes around the borders of a chunk and of a tree that needs two parts.
source "$(dirname "$0")/session.sh"
begin 2
sizes=(0 1 32767 32768 32769 98304 1048577 9437184)
for size in "${sizes[@]}"; do
  make_file "$data/file-$size" "$size"
done

share_on h1 "$data"/file-*
for size in "${sizes[@]}"; do
  sync_on h2 "file-$size" "$data/copy"
  expect_same "$data/file-$size" "$data/copy"
  expect_summary "$size bytes"
  rm "$data/copy"
done
stop_sharer "$sharer"
