#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# With --partial-dir the destination's directory has nothing unfinished in it,
# and a sync that was killed is resumed from there.
source "$(dirname "$0")/tree.sh"
begin 2
make_file "$data/file" 16777216
mkdir "$data/tree" "$data/to" "$data/parts"
make_file "$data/tree/large" 12000000 4000000
printf small >"$data/tree/small"
share_on h1 --rate 100m "$data/file"
of_file=$sharer
share_on h1 --rate 100m -r "$data/tree"

# cut_and_resume OPTION... NAME DEST: sets $fetched, of the second sync.
cut_and_resume() {
  nsenter --net=/run/netns/h2 -- "$TROUPE" sync -q --interface eth0 \
    --no-cache --partial-dir "$data/parts" "$@" &
  local killed=$!
  halfway() {
    (( $(du -s --block-size=1 "$data/parts" | cut -f1) > 4000000 ))
  }
  wait_until 20 halfway || fail "nothing in the partial directory"
  kill -KILL "$killed"
  wait "$killed" 2>/dev/null || true
  summary=$(on h2 "$TROUPE" sync --interface eth0 --no-cache \
    --partial-dir "$data/parts" "$@")
  fetched=$(sed -E 's/.* ([0-9]+) fetched.*/\1/' <<<"$summary")
  echo "$summary"
  [[ -z $(ls -A "$data/parts") ]] || fail "something is left there"
}

cut_and_resume file "$data/to/file"
(( fetched < 480 )) || fail "$fetched of 512 chunks fetched again"
expect_same "$data/file" "$data/to/file"
expect_only "$data/to" file
rm "$data/to/file"

cut_and_resume -r --delete tree/ "$data/to"
(( fetched < 340 )) || fail "$fetched of 367 chunks fetched again"
diff -r "$data/tree" "$data/to" || fail "the directory differs"

# /dev/shm is another file system than the one of the test.
if [[ $(stat -c %d /dev/shm) != "$(stat -c %d "$data")" ]]; then
  expect_exit 8 sync_on h2 --partial-dir /dev/shm file "$data/to/file"
  expect_error 'another file system'
else
  echo "not tried: /dev/shm is the same file system"
fi
expect_exit 2 sync_on h2 --partial-dir "$data/none/parts" file "$data/to/file"
expect_exit 2 sync_on h2 --partial-dir "$data/parts" --inplace file "$data/to/f"
stop_sharer "$of_file"
stop_sharer "$sharer"
