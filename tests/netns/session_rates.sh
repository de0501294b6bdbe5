#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The shares of a session that have no rate of their own divide the host's: two
# that send get half of it each, one alone gets all; a third has its own beside
# them.
source "$(dirname "$0")/session.sh"
begin 2
size=5000000 # a second at 40 Mbit/s
for i in 1 2 3; do make_file "$data/f$i" "$size" "$(( i * 9000000 ))"; done
cat >"$data/s.toml" <<TOML
interface = "eth0"
rate = "40m"
[[share]]
path = "f1"
[[share]]
path = "f2"
[[share]]
path = "f3"
rate = "40m"
TOML
start h1 "$work/share.log" "$TROUPE" run "$data/s.toml"
sharer=$started
shared() { (( $(grep -c 'sharing name=' "$work/share.log") == 3 )); }
wait_until 20 shared || fail "it does not share"

# fetch NAME: the seconds that it took go to $work/NAME, in ms.
fetch() {
  sync_on h2 "$1" "$work/copy-$1" >"$work/out-$1"
  sed -E 's/.* in ([0-9]+)[.]([0-9]{3}) s .*/\1\2/; s/^0+//' \
    "$work/out-$1" >"$work/$1"
}
fetch_all() {
  local each jobs=()
  rm -f "$work"/copy-*
  for each in "$@"; do fetch "$each" & jobs+=($!); done
  wait "${jobs[@]}"
  for each in "$@"; do
    expect_same "$data/$each" "$work/copy-$each"
    printf '%s: %s ms\n' "$each" "$(cat "$work/$each")"
  done
}
took() { cat "$work/$1"; }

echo "alone:"
fetch_all f1
alone=$(took f1)
(( alone > 900 )) || fail "one alone is faster than the host's rate"

echo "two at once:"
fetch_all f1 f2
for each in f1 f2; do
  (( $(took $each) > alone * 3 / 2 )) || fail "$each got more than its part"
done
(( $(took f1) + $(took f2) < alone * 5 )) || fail "less than the host's rate"

echo "one beside one that has its own rate:"
fetch_all f1 f3
for each in f1 f3; do
  (( $(took $each) < alone * 3 / 2 )) || fail "$each had to divide"
done
stop_sharer "$sharer"
