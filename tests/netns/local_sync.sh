#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Paths on this host: a file and a directory, where only what differs is copied.
source "$(dirname "$0")/tree.sh"
begin 1
make_tree "$data/a" 20 40000
cd "$data"
"$TROUPE" sync -a ./a/ ./b
expect_same_tree a b
printf 'x' | dd of=b/large bs=1 seek=1500000 conv=notrunc status=none
summary=$("$TROUPE" sync -a ./a/ ./b)
printf '%s\n' "$summary"
expect_summary '(1 changed)' ', 1 of '
expect_same_tree a b
"$TROUPE" sync "$data/a/large" "$data/file"
expect_same a/large file
printf 'x' | dd of=b/large bs=1 seek=1500000 conv=notrunc status=none
touch -r a/large b/large
rm 'b/sub/link'
cp -a b before
for command in 'sync -n' plan; do
  # shellcheck disable=SC2086
  said=$("$TROUPE" $command -ai ./a/ ./b)
  printf '%s\n' "$said"
  [[ $said == *'>fc........ large'* && $said == *'cL+++++++++ sub/link -> f1'* &&
     $said == *'(1 to change)'*', 1 of '*'chunks to copy'* ]] || fail "$command"
  expect_same_tree before b
done
[[ $("$TROUPE" sync -aiq ./a/ ./b) == '' ]] || fail "not quiet"
expect_same_tree a b
[[ $("$TROUPE" sync -ai ./a/ ./b | wc -l) == 1 ]] || fail "equal, but changes"
expect_exit 8 "$TROUPE" sync ./a ./c
expect_error 'need -r'
expect_exit 2 "$TROUPE" sync ./missing ./c
expect_error 'missing'
