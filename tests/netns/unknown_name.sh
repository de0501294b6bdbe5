#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A name that nobody shares: exit code 3 within the timeout, no file made.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 1000
mkdir "$data/to"

share_on h1 "$data/file"
before=$(now_ms)
expect_exit 3 sync_on h2 --timeout 3 another "$data/to/copy"
took=$(( $(now_ms) - before ))
(( took < 5000 )) || fail "it took $took ms to say so"
expect_error 'no sharer'
expect_only "$data/to"
stop_sharer "$sharer"
