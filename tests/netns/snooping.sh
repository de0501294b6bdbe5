#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Behind a bridge that delivers to members only, the receiver gets the file
# and a host that has not asked for it gets next to nothing.
source "$(dirname "$0")/session.sh"
begin 3 querier
make_file "$data/file" 16777216

share_on h1 "$data/file"
sleep 2   # a bridge floods until hosts had time to answer a first query
sync_on h2 file "$data/copy"
expect_same "$data/file" "$data/copy"
bystander=$(bytes_in h3)
echo "$bystander bytes reached the third host"
(( bystander < 16777216 / 4 )) || fail "the bridge flooded the third host"
stop_sharer "$sharer"
