#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Signed shares: the good one, and each way in which another one is not.
source "$(dirname "$0")/session.sh"
begin 3
make_file "$data/file" 3000000
mkdir "$data/evil" "$data/to"
make_file "$data/evil/file" 3000000 2000000
key() { "$TROUPE" key "$@"; }

echo "-- keys"
key new "$data/key"
key new "$data/wrong"
[[ $(stat -c %a "$data/key") == 600 ]] || fail "others can read the key"
[[ $(key show "$data/key") == "$(key show "$data/key.pub")" ]] ||
  fail "the halves of a key are not of one key"
expect_exit 2 key new "$data/key"
expect_error 'not replaced'
chmod 640 "$data/wrong"
expect_exit 7 on h1 "$TROUPE" share --interface eth0 --sign "$data/wrong" "$data/file"
expect_error 'chmod 600'
chmod 600 "$data/wrong"
expect_exit 2 on h1 "$TROUPE" share --interface eth0 --sign "$data/key.pub" "$data/file"
expect_error 'public half'
expect_exit 2 sync_on h2 --verify "$data/key" file "$data/to/x"
expect_error '\.pub'

verified() { sync_on h2 --timeout 2 --verify "$data/key.pub" "$@" file "$data/to/file"; }

# refused EXIT TEXT [OPTION...]: a sync ends like that and changes nothing.
refused() {
  local before
  before=$(sha256sum "$data/to"/* 2>/dev/null || true)
  expect_exit "$1" verified "${@:3}"
  expect_error "$2"
  [[ $(sha256sum "$data/to"/* 2>/dev/null || true) == "$before" ]] ||
    fail "a refused sync changed something"
}

echo "-- good, and for those who do not ask"
share_on h1 --sign "$data/key" --version 5 "$data/file"
verified
expect_same "$data/file" "$data/to/file"
sync_on h3 file "$data/to/other"
expect_same "$data/file" "$data/to/other"
rm "$data/to/other"
expect_exit 2 verified --wire classic
expect_error 'classic'

echo "-- a forger beside the true sharer"
true_sharer=$sharer
share_on h3 --sign "$data/wrong" --version 9 "$data/evil/file"
forger=$sharer
for i in 1 2 3; do
  rm "$data/to/file"
  verified
  expect_same "$data/file" "$data/to/file"
done
stop_sharer "$true_sharer"

echo "-- forged, unsigned, rolled back, expired"
refused 12 'not trusted'
stop_sharer "$forger"
share_on h3 "$data/evil/file"
refused 11 'share it with --sign'
stop_sharer "$sharer"
share_on h1 --sign "$data/key" --version 4 "$data/evil/file"
refused 14 'higher --version'
stop_sharer "$sharer"
share_on h1 --sign "$data/key" --version 6 --expires "$(date -u -d '+3 seconds' +%FT%TZ)" "$data/evil/file"
sleep 3.1
refused 15 'sign it again'
stop_sharer "$sharer"
refused 3 'nobody answered'

echo "-- a rotated key"
key rotate "$data/key" "$data/next"
[[ $(key show "$data/next" | tail -n 1) == "succeeds $(key show "$data/key")" ]] ||
  fail "the successor does not say whom it succeeds"
share_on h1 --sign "$data/next" --version 7 "$data/evil/file"
verified
expect_same "$data/evil/file" "$data/to/file"
stop_sharer "$sharer"
share_on h1 --sign "$data/key" --version 8 "$data/file"
refused 12 'not trusted'
stop_sharer "$sharer"

echo "-- directories, and what is in them"
mkdir -p "$data/tree/sub" "$data/evil/tree"
cp "$data/file" "$data/tree/sub/file"
echo hello >"$data/tree/short"
echo evil >"$data/evil/tree/short"
share_on h1 -r --sign "$data/next" "$data/tree"
true_sharer=$sharer
share_on h3 -r --sign "$data/wrong" "$data/evil/tree"
forger=$sharer
sync_on h2 -a --timeout 10 --verify "$data/key.pub" tree "$data/to"
diff -r --no-dereference "$data/tree" "$data/to/tree" || fail "the trees differ"
sync_on h2 --timeout 10 --verify "$data/next.pub" tree/sub/file "$data/one"
expect_same "$data/file" "$data/one"
stop_sharer "$true_sharer"
expect_exit 12 sync_on h2 -a --timeout 2 --verify "$data/key.pub" tree "$data/to"
diff -r --no-dereference "$data/tree" "$data/to/tree" || fail "the forger won"
stop_sharer "$forger"

# No secret in anything that was printed.
secret=$(sed -n 's/^key //p' "$data/key")
[[ ${#secret} == 64 ]] || fail "no secret in the key file"
if grep -rq "$secret" "$work"/*.log "$work/errors"; then
  fail "a secret was printed"
fi
