#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What a receiver excludes is neither fetched, written nor deleted, by either
# wire; plan and verify leave it out, too.
source "$(dirname "$0")/tree.sh"
begin 2
tree=$data/tree
mkdir -p "$tree/cache" "$tree/sub"
make_file "$tree/cache/large" 4000000
make_file "$tree/sub/a" 100000 2000000
make_file "$tree/sub/b.tmp" 300000 3000000
: >"$tree/cache/empty"
ln -s a "$tree/sub/link.tmp"
share_on h1 -r "$tree"
for wire in range classic; do
  to=$data/$wire
  mkdir -p "$to/tree/cache" "$to/tree/gone/deep" "$to/tree/other/cache"
  printf mine | tee "$to/tree/cache/mine" "$to/tree/own.tmp" \
    "$to/tree/gone/deep/x" >"$to/tree/other/cache/y"
  options=(-a --wire "$wire" --delete --exclude cache/ --exclude '*.tmp')
  before=$(bytes_in h2)
  if [[ $wire == range ]]; then
    said=$(on h2 "$TROUPE" plan -i --interface eth0 "${options[@]}" tree "$to")
    [[ $said == *'*deleting   tree/gone'* ]] || fail "not announced: $said"
    [[ $said == *'(1 to change), 1 entries to delete, 100000 bytes'* ]] ||
      fail "another plan: $said"
    ! grep -qE 'cache|tmp' <<<"$said" || fail "the plan has it: $said"
  fi
  sync_on h2 "${options[@]}" tree "$to"
  expect_summary '1 files (1 changed)'
  expect_only "$to/tree" cache cache/mine other other/cache other/cache/y \
    own.tmp sub sub/a
  expect_same "$tree/sub/a" "$to/tree/sub/a"
  came=$(( $(bytes_in h2) - before ))
  echo "$wire: $came bytes for 100000 of 4400000"
  (( came < 1000000 )) || fail "what is excluded was fetched"
  sync_on h2 "${options[@]}" tree "$to"
  expect_summary '1 files (0 changed)'
done
on h2 "$TROUPE" verify -a --interface eth0 --exclude cache/ --exclude '*.tmp' \
  tree "$data/range" || fail "it is not the same"
expect_exit 1 on h2 "$TROUPE" verify -q -a --interface eth0 tree "$data/range"
stop_sharer "$sharer"
