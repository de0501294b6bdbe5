#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# With 5 % random loss at the receiver the file still arrives identical.
# usage: loss.sh on|off     offloads: large datagrams, or single frames
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 67108864
offloads "$1"
loss h2 5

share_on h1 "$data/file"
sync_on h2 file "$data/copy"
expect_same "$data/file" "$data/copy"
lost=$(dropped h2)
echo "$lost packets lost"
(( lost > 0 )) || fail "nothing was lost, so nothing was tested"
stop_sharer "$sharer"
