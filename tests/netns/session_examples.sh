#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The session files in config/examples are right, what `troupe explain` says of
# them is the same session, and two of them do on two hosts what they say.
source "$(dirname "$0")/session.sh"
examples=$(cd "$(dirname "$0")/../../config/examples" && pwd)
begin 2

count=0
for each in "$examples"/*.toml; do
  "$TROUPE" check "$each" 2>"$work/errors" | tee "$work/output"
  grep -q "[1-9] s[hy][an][rc]" "$work/output" || fail "$each"
  grep -v '^troupe: warning: ' "$work/errors" && fail "$each is not right"
  "$TROUPE" explain "$each" >"$work/explained.toml" 2>/dev/null
  "$TROUPE" explain "$work/explained.toml" >"$work/again.toml" 2>/dev/null
  strip() { sed 's/ *#.*//' "$1"; }
  [[ $(strip "$work/explained.toml") == "$(strip "$work/again.toml")" ]] ||
    fail "explaining $each changes it"
  (( ++count ))
done
(( count >= 3 )) || fail "only $count examples"
echo "$count examples checked"

# What is wrong is told with its place and a suggestion, all of it, exit code 2.
sed 's/^recursive/recurse/; s/"800m"/"fast"/' "$examples/share.toml" \
  >"$data/wrong.toml"
expect_exit 2 "$TROUPE" check "$data/wrong.toml"
expect_error "wrong.toml:6:8: rate = 'fast': give bits per second"
expect_error "wrong.toml:11:1: 'recurse' .*did you mean 'recursive'"
expect_exit 2 "$TROUPE" check "$data/none.toml"
expect_error "none.toml.*No such file"
# Values say where they come from.
cp "$examples/share.toml" "$data/wrong.toml"
TROUPE_HASH=blake2b "$TROUPE" explain --set rate=1m "$data/wrong.toml" \
  >"$work/output" 2>/dev/null
grep -q '^rate = "1m" *# the command line' "$work/output" || fail "--set"
grep -q '^hash = .*# the environment (TROUPE_HASH)' "$work/output" ||
  fail "environment"
grep -q '^path = .*# .*wrong.toml:10:1' "$work/output" || fail "file"

# Both at work.
mkdir -p "$data"/{h1,h2}/{srv/logs,etc,run}
mkdir -p "$data"/h1/srv/{images/old,models}
make_file "$data/h1/srv/images/old/disk" 2000000
make_file "$data/h1/srv/models/small" 500000 3000000
make_file "$data/h1/srv/logs/archive.tar" 900000 5000000
mkdir "$data/h2/srv/images"
echo gone >"$data/h2/srv/images/other"
"$TROUPE" key new "$data/h1/etc/site.key"
cp "$data/h1/etc/site.key.pub" "$data/h2/etc/"
place() { # HOST EXAMPLE
  sed -e "s|/etc/troupe|$data/$1/etc|; s|/srv|$data/$1/srv|" \
    -e "s|/run/troupe|$data/$1/run|; s|every = .*|every = \"1s\"|" \
    -e "s|^after = .*|after = [\"touch\", \"$data/$1/run/reloaded\"]|" \
    "$examples/$2" >"$data/$1/session.toml"
}
place h1 share.toml
place h2 sync.toml
start h1 "$work/share.log" "$TROUPE" run "$data/h1/session.toml"
sharer=$started
start h2 "$work/sync.log" "$TROUPE" run "$data/h2/session.toml"
syncer=$started
are_same() { diff -rq "$1" "$2" >/dev/null 2>&1; }
for each in images models logs; do
  wait_until 30 are_same "$data/h1/srv/$each" "$data/h2/srv/$each" ||
    fail "$each is not the same"
done
wait_until 10 test -e "$data/h2/run/reloaded" || fail "the command did not run"
"$TROUPE" status "$data/h2/session.toml"
stop_sharer "$sharer"
stop_sharer "$syncer"
