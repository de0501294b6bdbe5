#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --json: nothing but lines of JSON on standard output, at most two states a
# second, and one summary at the end whatever happens.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 20000000
mkdir "$data/to"

# lines NAME: checks the form of $work/NAME; the summary is in $last.
lines() {
  local file=$work/$1
  [[ -s $file ]] || fail "$1: no line"
  ! grep -v '^{"type":"[a-z]*","schema_version":1[,}].*}$\|^{"type":"[a-z]*","schema_version":1}$' \
    "$file" || fail "$1: a line of another form"
  [[ $(grep -c '"type":"summary"' "$file") == 1 ]] || fail "$1: not one summary"
  last=$(tail -n 1 "$file")
  [[ $last == '{"type":"summary"'* ]] || fail "$1: the summary is not the last"
}
has() { [[ $last == *"$1"* ]] || fail "no $1 in: $last"; }

start h1 "$work/share" "$TROUPE" share --json --interface eth0 --rate 60m \
  "$data/file"
sharer=$started
wait_until 30 grep -q '"type":"ready"' "$work/share"

# Some seconds, since the rate is low: states come, but not many.
began=$(now_ms)
on h2 "$TROUPE" sync --json --interface eth0 file "$data/to/copy" \
  >"$work/sync" 2>"$work/errors"
took_ms=$(( $(now_ms) - began ))
lines sync
expect_same "$data/file" "$data/to/copy"
has '"ok":true,"exit_code":0'
has '"chunks_fetched":611'
has '"bytes":20000000'
[[ ! -s $work/errors ]] || fail "talk: $(cat "$work/errors")"
states=$(grep -c '"type":"status"' "$work/sync")
(( states >= 2 && states <= took_ms / 500 + 1 )) ||
  fail "$states states in $took_ms ms"
grep -q '"phase":"fetching".*"left_s":' "$work/sync" || fail "no time left"

# What changed, and quietly.
change_chunks "$data/to/copy" 2
on h2 "$TROUPE" sync --json -i --interface eth0 file "$data/to/copy" >"$work/again"
lines again
grep -q '"type":"change".*"path":"copy","itemized":">fc........"' "$work/again" ||
  fail "no change: $(cat "$work/again")"
on h2 "$TROUPE" sync --json -q --interface eth0 file "$data/to/copy" >"$work/quiet"
lines quiet
[[ $(wc -l <"$work/quiet") == 1 ]] || fail "not quiet: $(cat "$work/quiet")"
on h2 "$TROUPE" plan --json --interface eth0 file "$data/to/other" >"$work/plan"
lines plan
has '"dry_run":true'
has '"groups":20'
expect_exit 1 on h2 "$TROUPE" verify --json --interface eth0 file \
  "$data/to/other" >"$work/verify"
lines verify
has '"equal":false'

# Failures have a summary, too, and say why on standard error as ever.
expect_exit 3 on h2 "$TROUPE" sync --json --timeout 1 --interface eth0 nothing \
  "$data/to/nothing" >"$work/failed"
lines failed
has '"exit_code":3'
has '"code":"no_sharer"'
grep -q '"type":"error".*"code":"no_sharer"' "$work/failed" || fail "no error line"
grep -q '^troupe: ' "$work/errors" || fail "nothing on standard error"
expect_exit 2 on h2 "$TROUPE" sync --json --interface eth7 file "$data/to/x" \
  >"$work/usage"
lines usage
has '"code":"no_device"'
on h2 "$TROUPE" sync --json --timeout 20 --interface eth0 nothing \
  "$data/to/nothing" >"$work/interrupted" 2>/dev/null &
waiting=$!
wait_until 10 grep -q '"phase":"waiting"' "$work/interrupted"
child=$(pgrep -P "$waiting" -x troupe || echo "$waiting")
kill -INT "$child"
status=0
wait "$waiting" || status=$?
[[ $status == 130 ]] || fail "interrupted: exit code $status"
lines interrupted
has '"code":"cancelled"'

stop_sharer "$sharer"
lines share
has '"command":"share","ok":true'
grep -q '"type":"shared".*"bytes":20000000' "$work/share" || fail "not shared"
grep -q '"type":"status".*"packets_sent":' "$work/share" || fail "no states"
on h1 "$TROUPE" share --json --interface eth0 "$data/nothing" >"$work/none" \
  2>/dev/null && fail "nothing was shared"
lines none
has '"code":"not_found"'
