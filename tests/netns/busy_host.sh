#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# One host runs two syncs and a share at once; all share one UDP port.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/one" 16777216
make_file "$data/two" 16777216 5000000
make_file "$data/three" 16777216 7000000

share_on h1 "$data/one" "$data/two"
first_sharer=$sharer
share_on h2 "$data/three"
sync_on h2 one "$data/copy-one" & one=$!
sync_on h2 two "$data/copy-two" & two=$!
sync_on h1 three "$data/copy-three" & three=$!
wait "$one"
wait "$two"
wait "$three"
for name in one two three; do
  expect_same "$data/$name" "$data/copy-$name"
done
stop_sharer "$sharer"
stop_sharer "$first_sharer"
