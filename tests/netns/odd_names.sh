#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Names are bytes, and what is no file, directory or link is never opened:
# neither in a share nor at a destination.
source "$(dirname "$0")/session.sh"
begin 2
from=$data/from to=$data/to
mkdir "$from" "$to" "$to/from"
long=$(printf '%0255d' 7)
for name in "$long" $'not \xff\xfe UTF-8' Twin twin $'two\nlines' '-rf' '*' ' '; do
  printf '%s' "content of $name" >"$from/$name"
done
ln "$from/twin" "$from/hard link"
expected=$(cd "$from" && find . -mindepth 1 -print0 | sort -z | tr '\0' '|')

# Opening any of these would block, or worse.
mkfifo "$from/fifo"
perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0);
  bind(S, sockaddr_un($ARGV[0])) or die' "$from/socket" 2>/dev/null ||
  echo "without a socket: there is no perl"
mknod "$from/device" c 5 1 2>/dev/null || echo "without a device: not allowed"

share_on h1 -r "$from"
for wire in range classic; do
  rm -rf "$to/from"
  mkdir "$to/from"
  # In the way of a file: the classic protocol refuses, and says what.
  mkfifo "$to/from/twin"
  if [[ $wire == classic ]]; then
    expect_exit 8 sync_on h2 --wire "$wire" -rtp from "$to"
    expect_error 'twin.*not supported'
    [[ -p $to/from/twin ]] || fail "the fifo is gone"
    rm -rf "${to:?}/from"/*
  fi
  echo old >"$data/other name-$wire"
  ln "$data/other name-$wire" "$to/from/Twin"
  sync_on h2 --wire "$wire" -rtp from "$to"
  got=$(cd "$to/from" && find . -mindepth 1 -print0 | sort -z | tr '\0' '|')
  [[ $got == "$expected" ]] || fail "$got instead of $expected"
  while IFS= read -r -d '' path; do
    expect_same "$from/$path" "$to/from/$path"
  done < <(cd "$from" && find . -type f -print0)
  [[ $(<"$data/other name-$wire") == old ]] ||
    fail "a hard link at the destination was written through"
done

# A single file never takes the place of a special one.
mkfifo "$data/pipe"
expect_exit 8 sync_on h2 from/twin "$data/pipe"
expect_error 'pipe.*not supported'
[[ -p $data/pipe ]] || fail "the fifo is gone"
expect_exit 8 on h1 timeout 20 "$TROUPE" share --interface eth0 "$data/pipe"
expect_error 'pipe.*not supported'
stop_sharer "$sharer"
