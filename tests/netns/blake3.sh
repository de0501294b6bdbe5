#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The same file under both hash types, side by side on one host.
source "$(dirname "$0")/session.sh"
begin 2
[[ $("$TROUPE" --version) == *[bB][lL][aA][kK][eE]3* ]] ||
  skip "this build has no BLAKE3"
make_file "$data/file" 9437184

share_on h1 --hash blake2b "$data/file"
first_sharer=$sharer
share_on h1 --hash blake3 "$data/file"
for hash in blake3 blake2b; do
  sync_on h2 --hash "$hash" file "$data/copy-$hash"
  expect_same "$data/file" "$data/copy-$hash"
done
stop_sharer "$sharer"
stop_sharer "$first_sharer"
