#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# While a directory is synced, another process turns one of its components into
# a link that leads out, and back, as fast as it can: nothing outside changes.
source "$(dirname "$0")/session.sh"
begin 2
syncs=${TROUPE_SWAPPED_SYNCS:-20}
mkdir -p "$data/outside" "$data/to/sub"
make_file "$data/outside/a" 50000 3000000
echo mine >"$data/outside/mine"
touch -d '2020-02-02 02:02:02' "$data/outside"/* "$data/outside"
for version in one two; do
  mkdir -p "$data/$version/sub/deep"
  for name in a b c deep/d; do
    make_file "$data/$version/sub/$name" 50000 "$(( ${#name} + $(
      [[ $version == one ]] && echo 1000000 || echo 2000000) ))"
  done
done
around() { (cd "$data/outside" && find . -printf '%p %y %m %s %T@ %C@ %l\n' |
  sort && cat a mine | cksum); }
before=$(around)

swap() {
  set +e   # what a sync is doing meanwhile gets in the way now and then
  trap - ERR
  while :; do
    mv -T "$data/to/sub" "$data/hidden" && ln -s ../outside "$data/to/sub"
    rm "$data/to/sub" && mv -T "$data/hidden" "$data/to/sub"
  done 2>/dev/null
}
share_on h1 -r "$data/one" "$data/two"
swap & swapping=$!
done_well=0 refused=0
for (( i = 0; i < syncs; ++i )); do
  wire=auto version=one
  (( i % 3 )) || wire=classic
  (( i % 2 )) || version=two
  status=0
  on h2 timeout -k 5 30 "$TROUPE" sync --quiet --interface eth0 --timeout 5 \
    --wire "$wire" --no-fsync -rtp --delete "$version/" "$data/to" \
    2>"$work/errors" || status=$?
  case $status in
    0) (( ++done_well )) ;;
    2 | 8 | 9) (( ++refused )) ;;
    *) fail "exit code $status: $(<"$work/errors")" ;;
  esac
  [[ $(around) == "$before" ]] || fail "sync $i wrote outside: $(around)"
done
kill "$swapping" || fail "the swapping had ended"
wait "$swapping" 2>/dev/null || true
echo "$done_well of $syncs syncs ended well, $refused refused"
(( refused > 0 )) || fail "no sync met the link: nothing was tested"
[[ $(around) == "$before" ]] || fail "something outside was changed"
stop_sharer "$sharer"
