#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# An old destination that is longer or shorter ends up identical.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 1000000
make_file "$data/longer" 3000000
make_file "$data/shorter" 10000

share_on h1 "$data/file"
for old in longer shorter; do
  sync_on h2 file "$data/$old"
  expect_same "$data/file" "$data/$old"
done
stop_sharer "$sharer"
