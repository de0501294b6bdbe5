#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What is asked for by mistake is refused by name, and nothing is changed:
# directories without -r, a file where a directory is, a link in the way.
source "$(dirname "$0")/tree.sh"
begin 2
tree=$data/tree
make_tree "$tree" 5 1000

expect_exit 8 on h1 timeout 20 "$TROUPE" share --interface eth0 "$tree"
expect_error 'tree.*-r'

share_on h1 -r "$tree"
sync() { on h2 timeout 20 "$TROUPE" sync --interface eth0 --timeout 5 "$@"; }
mkdir -p "$data/to" "$data/outside"
expect_exit 8 sync tree "$data/to"
expect_error 'tree.*director'
expect_only "$data/to"

mkdir -p "$data/to/tree/large/inside"
expect_exit 8 sync -a tree "$data/to"
expect_error 'large'
expect_only "$data/to" tree tree/large tree/large/inside
rm -r "$data/to/tree"

mkdir "$data/to/tree"
ln -s "$data/outside" "$data/to/tree/sub"
expect_exit 8 sync -a tree "$data/to"
expect_error 'sub'
expect_only "$data/outside"
expect_only "$data/to" tree tree/sub
stop_sharer "$sharer"
