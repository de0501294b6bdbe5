#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A receiver needs no privileges.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 16777216

share_on h1 "$data/file"
summary=$(on h2 setpriv --bounding-set=-all --inh-caps=-all -- \
  timeout 120 "$TROUPE" sync --interface eth0 file "$data/copy")
echo "$summary"
expect_same "$data/file" "$data/copy"
expect_summary "512 fetched"
stop_sharer "$sharer"
