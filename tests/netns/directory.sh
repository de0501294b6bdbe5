#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A directory with all that is in it, by WIRE (range or classic): into nothing,
# again, after changes on either side, and with what is not shared removed.
# usage: directory.sh WIRE
source "$(dirname "$0")/tree.sh"
begin 2
tree=$data/tree
copy=$data/to/tree
make_tree "$tree" 120 30000
mkdir "$data/to"
start_sharing() { share_on h1 --wire "$1" -r "$tree"; }
start_sharing "$1"
sync_tree() { sync_on h2 --wire "$1" "${@:2}"; }

sync_tree "$1" -a tree "$data/to"
expect_same_tree "$tree" "$copy"

# Nothing changed, nothing is fetched, and every file stays the one it is.
inodes() { (cd "$1" && find . -type f -printf '%p %i\n' | sort); }
before=$(inodes "$copy")
sync_tree "$1" -a tree "$data/to"
expect_same_tree "$tree" "$copy"
[[ $(inodes "$copy") == "$before" ]] || fail "a file was replaced for nothing"

# Every kind of change at the destination.
printf 'more' >>"$copy/sub/d1/f1"
printf 'x' | dd of="$copy/large" bs=1 seek=1500000 conv=notrunc status=none
rm "$copy/sub/d2/f2" "$copy/sub/link"
ln -s elsewhere "$copy/sub/link"
chmod 600 "$copy/sub/d3/f3"
touch "$copy/sub/d4/f4" "$copy/empty"
sync_tree "$1" -a tree "$data/to"
expect_same_tree "$tree" "$copy"
[[ $(inodes "$copy" | diff - <(printf '%s\n' "$before") | grep -c '^<') -le 4 ]] ||
  fail "more files were replaced than had changed"

# And of the shared directory: it is shared anew.
stop_sharer "$sharer"
rm -r "$tree/sub/d7" "$tree/nothing"
mv "$tree/large" "$tree/moved"
printf 'other\n' >"$tree/sub/d8/f8"
mkdir "$tree/new"
make_file "$tree/new/file" 100000 2000000
start_sharing "$1"
sync_tree "$1" -a tree "$data/to"
[[ -e $copy/large && -e $copy/sub/d7 ]] || fail "something was removed unasked"
sync_tree "$1" -a --delete tree "$data/to"
expect_same_tree "$tree" "$copy"

# What is in it, into a directory of another name.
sync_tree "$1" -a tree/ "$data/contents"
expect_same_tree "$tree" "$data/contents"

# A file of it by its own name, a directory of it by its own.
sync_tree "$1" tree/new/file "$data/file"
expect_same "$tree/new/file" "$data/file"
sync_on h2 -a tree/sub/ "$data/sub"
expect_same_tree "$tree/sub" "$data/sub"
stop_sharer "$sharer"
