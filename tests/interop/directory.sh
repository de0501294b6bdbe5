#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A directory with links, empty and odd names, and files of one and of many
# chunks, between librecast and Troupe: WHO shares it, the other syncs it, once
# into nothing and once more after changes.
# usage: directory.sh peer|troupe
source "$(dirname "$0")/peer.sh"
begin_with_peer 2

tree=$data/tree
mkdir -p "$tree/sub/deep/er" "$tree/a b" "$tree/empty" "$data/to"
make_file "$tree/large" 3000001
make_file "$tree/sub/chunk" 32768
make_file "$tree/sub/deep/er/f" 5000
printf 'hello\n' >"$tree/a b/ö $'*"
: >"$tree/nothing"
ln -s chunk "$tree/sub/link"
ln -s /nowhere/at/all "$tree/dangling"
chmod 640 "$tree/large"
chmod 750 "$tree/sub/deep"
find "$tree" -exec touch -h -d '2020-02-02 02:02:02.123456789' {} +

# All that is to be the same, but for access times.
describe() { (cd "$1" && find . -printf '%p %y %m %U %G %T@ %l\n' | sort); }

expect_same_tree() {
  diff -r --no-dereference "$tree" "$1" || fail "the content differs"
  diff <(describe "$tree") <(describe "$1") || fail "the metadata differs"
}

case $1 in
  peer)
    peer_share_on h1 "$tree"
    sync_on h2 --hash blake3 -a tree "$data/to"
    expect_same_tree "$data/to/tree"
    printf 'changed' >>"$data/to/tree/large"
    rm "$data/to/tree/sub/link" "$data/to/tree/nothing"
    sync_on h2 --hash blake3 -a tree "$data/to"
    expect_same_tree "$data/to/tree"
    sync_on h2 --hash blake3 -a tree/sub/chunk "$data/chunk"
    expect_same "$tree/sub/chunk" "$data/chunk"
    stop_peer "$sharer" ;;
  troupe)
    share_on h1 --hash blake3 -r "$tree"
    peer_sync_on h2 tree "$data/to" archive
    # It gives each directory's attributes to the one that it is in.
    diff -r --no-dereference "$tree" "$data/to/tree" || fail "they differ"
    peer_sync_on h2 tree/sub/deep/er/f "$data/f" archive
    expect_same "$tree/sub/deep/er/f" "$data/f"
    stop_sharer "$sharer" ;;
  *) fail "usage: directory.sh peer|troupe" ;;
esac
