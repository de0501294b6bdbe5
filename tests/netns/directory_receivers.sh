#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two receivers of one directory, with 2 % loss at each: both are equal to it,
# and it is sent little more than once. They wait for the sharer, which is slow:
# on a busy machine one of them is behind the other by tenths of a second, and
# what it missed meanwhile is rightly sent again.
source "$(dirname "$0")/tree.sh"
begin 3
tree=$data/tree
make_tree "$tree" 700 33000
offloads off
for host in h2 h3; do loss "$host" 2; done
sent=$(bytes_out h1)
mkdir "$data/2" "$data/3"
receivers=()
for n in 2 3; do
  on "h$n" timeout 60 "$TROUPE" sync -q --interface eth0 -a tree "$data/$n" &
  receivers+=($!)
done
sleep 0.5
share_on h1 --rate 100m -r "$tree"
for each in "${receivers[@]}"; do wait "$each" || fail "a receiver failed"; done
expect_same_tree "$tree" "$data/2/tree"
expect_same_tree "$tree" "$data/3/tree"
stop_sharer "$sharer"
sent=$(( $(bytes_out h1) - sent ))
content=$(find "$tree" -type f -printf '%s\n' | awk '{ s += $1 } END { print s }')
echo "$content bytes of content, $sent sent"
(( sent < content * 9 / 5 )) || fail "the directory was sent more than once"
