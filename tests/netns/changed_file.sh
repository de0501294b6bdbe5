#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A file and a directory are written anew every second while they are synced:
# every result is one of the versions, or an error that says that it changed.
source "$(dirname "$0")/session.sh"
begin 2
versions=6
mkdir "$data/versions" "$data/from" "$data/from/tree"
for (( i = 0; i < versions; ++i )); do
  make_file "$data/versions/$i" 6000000 "$(( i + 1 ))100000"
done
write_version() {  # in place, as an editor or a copy does it
  cat "$data/versions/$1" >"$data/from/file"
  cat "$data/versions/$1" >"$data/from/tree/a"
  head -c 100000 "$data/versions/$1" >"$data/from/tree/b"
  rm -f "$data/from/tree/only-"*
  : >"$data/from/tree/only-$1"
}
writer() {
  local i
  for (( i = 1; ; ++i )); do
    sleep 1
    write_version $(( i % versions ))
  done
}
is_a_version() { # FILE
  local i
  for (( i = 0; i < versions; ++i )); do
    cmp -s "$1" "$data/versions/$i" && return
  done
  return 1
}

write_version 0
share_on h1 -r --rate 200m "$data/from/file" "$data/from/tree"
writer & writing=$!
whole=0 changed=0
count() { # STATUS of a sync, and what it made
  case $1 in
    0) is_a_version "$2" || fail "$2 is a mixture"; (( ++whole )) ;;
    9) expect_error 'changed|another content'; (( ++changed )) ;;
    *) fail "exit code $1: $(<"$work/errors")" ;;
  esac
}
for (( round = 0; round < ${TROUPE_CHANGED_ROUNDS:-2}; ++round )); do
  status=0
  on h2 timeout -k 5 40 "$TROUPE" sync --interface eth0 file "$data/copy" \
    2>"$work/errors" || status=$?
  count "$status" "$data/copy"
  status=0
  on h2 timeout -k 5 40 "$TROUPE" sync --interface eth0 -r --delete tree/ \
    "$data/tree" 2>"$work/errors" || status=$?
  count "$status" "$data/tree/a"
  if [[ $status == 0 ]]; then
    number=$(cd "$data/tree" && echo only-*)
    cmp "$data/tree/a" "$data/versions/${number#only-}" ||
      fail "the files of the directory are of several versions"
    cmp <(head -c 100000 "$data/tree/a") "$data/tree/b" ||
      fail "the files of the directory are of several versions"
  fi
done
kill "$writing"
wait "$writing" 2>/dev/null || true
echo "$whole results of one version, $changed that say that it changed"
(( whole >= changed )) || fail "that is too few"

# Once it is quiet the last version comes, and the sharer has said so.
write_version 3
is_last() {
  sync_on h2 file "$data/copy" && cmp -s "$data/versions/3" "$data/copy"
}
wait_until 15 is_last || fail "the last version does not come"
grep -q '^sharing again file (6000000 bytes' "$share_log" ||
  fail "the sharer did not say that it shares another version"
rm "$data/from/file"
is_lost() { grep -q 'not shared any more.*file' "$share_log"; }
wait_until 15 is_lost || fail "the sharer did not say that the file is gone"
expect_exit 3 sync_on h2 --timeout 1 file "$data/copy"
stop_sharer "$sharer"

# Without watching: what changed is not sent, and neither is a mixture.
write_version 0
share_on h1 --no-watch "$data/from/file"
write_version 1
expect_exit 4 sync_on h2 --timeout 2 file "$data/new"
[[ ! -e $data/new ]] || fail "something was written"
stop_sharer "$sharer"

# A signed share signs its next version, too, with a higher number.
"$TROUPE" key new "$data/key"
share_on h1 --sign "$data/key" "$data/from/file"
verified() {
  sync_on h2 --timeout 5 --verify "$data/key.pub" file "$data/signed" &&
    cmp -s "$1" "$data/signed"
}
verified "$data/versions/1" || fail "the signed file did not come"
write_version 2
wait_until 15 verified "$data/versions/2" ||
  fail "the next version of the signed file does not come"
stop_sharer "$sharer"
