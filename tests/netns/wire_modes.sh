#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Every pair of wire modes that can meet does, and the pair that cannot says so.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 4000000
mkdir "$data/to"

# expect_wire LEAST MOST: percentage of the file that came over the wire.
expect_wire() {
  local bytes
  bytes=$(sed 's/.* \([0-9]*\) bytes on the wire.*/\1/' <<<"$summary")
  (( bytes * 100 / 4000000 >= $1 && bytes * 100 / 4000000 <= $2 )) ||
    fail "$bytes bytes on the wire are not $1 to $2 % of the file"
}

share_on h1 "$data/file"
for mode in auto range classic; do
  rm -f "$data/to/copy"
  sync_on h2 --wire "$mode" file "$data/to/copy"
  expect_same "$data/file" "$data/to/copy"
  # Range channels send symbols once, classic ones with ten to spare for 32.
  if [[ $mode == classic ]]; then expect_wire 130 160; else expect_wire 100 112; fi
done
stop_sharer "$sharer"

share_on h1 --wire classic "$data/file"
for mode in auto classic; do
  rm -f "$data/to/copy"
  sync_on h2 --wire "$mode" file "$data/to/copy"
  expect_same "$data/file" "$data/to/copy"
done
rm "$data/to/copy"
expect_exit 3 sync_on h2 --wire range --timeout 2 file "$data/to/copy"
expect_only "$data/to"
stop_sharer "$sharer"
