#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What --exclude leaves out does not exist for receivers, and does not make a
# share that is watched be indexed again.
source "$(dirname "$0")/tree.sh"
begin 2
tree=$data/tree
make_tree "$tree" 60 3000
mkdir -p "$tree/cache/deep" "$tree/sub/cache"
: >"$tree/cache/deep/file"
: >"$tree/a.tmp"
: >"$tree/sub/b.tmp"
: >"$tree/sub/cache.c"
chmod 0 "$tree/cache/deep" # what is left out need not be readable
share_on h1 -r --exclude '*.tmp' --exclude 'cache/' --exclude '/tree/sub/d1' \
  "$tree"
listed=$(on h2 "$TROUPE" ls --interface eth0 tree)
for gone in a.tmp b.tmp 'cache$' cache/ '/d1$' /d1/; do
  ! grep -q "$gone" <<<"$listed" || fail "$gone is there: $listed"
done
grep -q 'sub/cache.c$' <<<"$listed" || fail "too much is left out: $listed"
mkdir "$data/to"
sync_on h2 -a tree "$data/to"
chmod 755 "$tree/cache/deep"
cp -a "$tree" "$data/wanted"
rm -r "$data/wanted"/{a.tmp,sub/b.tmp,cache,sub/cache,sub/d1}
diff -r --no-dereference "$data/wanted" "$data/to/tree" || fail "other content"

# Written in a folder that is left out: nobody need know.
for i in 1 2 3; do : >"$tree/cache/deep/$i"; sleep 0.5; done
! grep -q '^sharing again' "$share_log" || fail "indexed again for nothing"
echo more >"$tree/sub/cache.c"
wait_until 10 grep -q '^sharing again' "$share_log" || fail "a change not seen"
sync_on h2 -a tree "$data/to"
grep -qx more "$data/to/tree/sub/cache.c" || fail "the change did not come"
[[ ! -e $data/to/tree/cache ]] || fail "what is left out came"
stop_sharer "$sharer"
