#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Dry runs: nothing is written or made, little comes over the link, and what is
# said is what the sync then does. verify says the same of what is there.
source "$(dirname "$0")/tree.sh"
begin 2
make_file "$data/file" 40000000
tree=$data/tree
make_tree "$tree" 120 30000
mkdir "$data/to"
share_on h1 -r "$data/file" "$tree"
ask() { # COMMAND [OPTION...] NAME DEST: its output is in $said
  local status=0
  said=$(on h2 timeout 60 "$TROUPE" "$1" --interface eth0 "${@:2}") || status=$?
  printf '%s\n' "$said"
  return "$status"
}
says() { [[ $said == *"$1"* ]] || fail "no \"$1\" in: $said"; }
state() { (cd "$data/to" && find . -printf '%p %y %m %s %T@ %i\n' | sort); }

# Nothing is there, nothing is made, and the data stays where it is.
before=$(bytes_in h2)
ask plan file "$data/to/copy"
says "1221 to fetch (40000000 bytes)"
says "39 groups to join, with 40000000 bytes in them"
says "at 1000 Mbit/s"
ask sync -n --rate 10m file "$data/to/copy"
says "at 10 Mbit/s"
ask plan -a tree "$data/to"
(( $(bytes_in h2) - before < 2000000 )) ||
  fail "$(( $(bytes_in h2) - before )) bytes came"
[[ -z $(ls -A "$data/to") ]] || fail "a dry run has made $(ls -A "$data/to")"
ask plan -ai tree "$data/to"
says "cd+++++++++ tree/"
says "cL+++++++++ tree/sub/link -> f1"
[[ $(grep -c '^>f+++++++++' <<<"$said") == 123 ]] || fail "not all files are new"

# What it says is what comes.
sync_on h2 -a --stats --no-fsync tree "$data/to"
expect_same_tree "$tree" "$data/to/tree"
[[ $summary == *"Number of regular files transferred: 123"* ]] ||
  fail "other figures: $summary"
ask plan -ai tree "$data/to"
says "123 files (0 to change)"
! grep -q '^[>c.*]' <<<"$said" || fail "something would change"
ask verify -a --delete tree "$data/to"
says "equal:"

# Changes of each kind are named, and nothing else is; then they are made.
there=$data/to/tree
printf x | dd of="$there/large" bs=1 seek=1500000 conv=notrunc status=none
chmod 600 "$there/sub/d3/f3"
touch "$there/sub/d4/f4"
printf more >>"$there/sub/d5/f5"
ln -sfn elsewhere "$there/sub/link"
: >"$there/extra"
touch -h -d '2020-02-02 02:02:02.123456789' "$there"{,/sub,/large,/sub/d3/f3}
touch -h -d '2020-02-02 02:02:02.123456789' "$there/sub/link"
expected='*deleting   tree/extra
.f...p..... tree/sub/d3/f3
.f..t...... tree/sub/d4/f4
>fc........ tree/large
>fcst...... tree/sub/d5/f5
cLc........ tree/sub/link -> f1'
was=$(state)
ask plan -ai --delete tree "$data/to"
[[ $(grep -E '^[>c.*]' <<<"$said" | sort) == "$(sort <<<"$expected")" ]] ||
  fail "other changes: $said"
says "1 entries to delete"
expect_exit 1 ask verify -a --delete tree "$data/to"
[[ $(state) == "$was" ]] || fail "a dry run has changed something"
sync_on h2 -ai --delete tree "$data/to"
[[ $(grep -E '^[>c.*]' <<<"$summary" | sort) == "$(sort <<<"$expected")" ]] ||
  fail "the sync itemizes other changes: $summary"
expect_same_tree "$tree" "$there"
sync_on h2 -av tree "$data/to"
[[ $(wc -l <<<"$summary") == 1 ]] || fail "names of what did not change"

# A change that times do not show: a plan may believe its memory, verify reads.
ask verify -a tree "$data/to"
cp -p "$there/sub/d6/f6" "$work/f6"
printf y | dd of="$there/sub/d6/f6" bs=1 seek=5 conv=notrunc status=none
touch -r "$work/f6" "$there/sub/d6/f6"
expect_exit 1 ask verify -a tree "$data/to"
expect_exit 1 ask verify -r tree "$data/to" # content alone
cp -p "$work/f6" "$there/sub/d6/f6"

# One file: equal, other content, not there.
cp "$data/file" "$data/to/copy"
ask verify file "$data/to/copy"
change_chunks "$data/to/copy" 3
expect_exit 1 ask verify file "$data/to/copy"
ask plan file "$data/to/copy"
says "1218 chunks kept, 0 to copy, 3 to fetch"
says "3 groups to join"
rm "$data/to/copy"
expect_exit 1 ask verify file "$data/to/copy"
mkdir "$data/to/tree2"
: >"$data/to/tree2/sub"
expect_exit 1 ask verify -r tree/ "$data/to/tree2" # a file where a folder is
expect_exit 8 ask verify tree "$data/to" # without -r
expect_exit 3 ask plan --timeout 1 nobody-has-this "$data/to/x"
expect_exit 3 ask verify --timeout 1 nobody-has-this "$data/to/x"
expect_exit 2 ask plan --rate 0 file "$data/to/x"
expect_exit 8 ask verify /etc/hostname /etc/hostname # is no share
ask plan /etc/hostname "$data/to/x" # would be copied
[[ $said == *'(1 to change)'* && ! -e $data/to/x ]] || fail "another plan: $said"
stop_sharer "$sharer"
