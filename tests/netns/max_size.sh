#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What is announced and does not fit, or is larger than was allowed, is refused
# at once with both figures, and nothing is written.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 3000000
mkdir "$data/many" "$data/to" "$data/small"
for i in 1 2 3 4; do make_file "$data/many/$i" 1000000 "${i}000000"; done
mount -t tmpfs -o size=8m,nr_inodes=100 tmpfs "$data/small"
sync() { on h2 timeout -k 5 60 "$TROUPE" sync --interface eth0 "$@"; }

truncate -s 40m "$data/sparse"
share_on h1 -r "$data/sparse" "$data/file" "$data/many"
before=$(now_ms)
expect_exit 9 sync sparse "$data/small/copy"
took=$(( $(now_ms) - before ))
(( took < 3000 )) || fail "it took $took ms to say so"
expect_error '41943040 bytes, and [0-9]{7} are free.*no space'
expect_only "$data/small"
expect_exit 9 sync --inplace sparse "$data/small/copy"
expect_error '41943040 bytes, and [0-9]{7} are free'

expect_exit 9 sync --max-size 2M file "$data/to/copy"
expect_error '3000000 bytes.*2097152.*--max-size'
expect_exit 9 sync --max-size 3999999 -a many "$data/to"
expect_error '4000000 bytes.*3999999.*--max-size'
expect_exit 9 sync --wire classic --max-size 3999999 -a many "$data/to/"
expect_error '3999999.*--max-size'
rm -rf "$data/to/many"
expect_exit 2 sync --max-size 2X file "$data/to/copy"
expect_error '2X.*size'
expect_only "$data/to"

# What fits is fetched, and what is there already needs no room.
sync --max-size 3000000 file "$data/small/copy"
expect_same "$data/file" "$data/small/copy"
fill=$(( $(stat -f -c '%a * %S' "$data/small") - 200000 ))
head -c "$fill" /dev/zero | tr '\0' x >"$data/small/fill"
sync file "$data/small/copy"
sync -r many/ "$data/to"
expect_exit 9 sync -r many "$data/small"
expect_error '4000000 bytes, and [0-9]+ are free'
expect_only "$data/small" copy fill
stop_sharer "$sharer"
