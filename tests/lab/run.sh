#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A small topology with everything in it: two bridges, loss in bursts, a
# receiver that starts late and one that stops midway, a directory, and
# expectations that come true, and one that cannot.
set -euo pipefail
source "$(dirname "$0")/support.sh"
begin_lab

cat >"$folder/small.toml" <<'END'
name = "small"
seed = 3
deadline = "90s"
[[bridge]]
name = "core"
[[bridge]]
name = "edge"
uplink = "core"
[[host]]
name = "s"
rate = "200m"
[[host]]
name = "r"
count = 2
bridge = "edge"
[[host]]
name = "bursts"
loss = 2
burst = 4
[[host]]
name = "late"
starts = "200ms"
[[host]]
name = "gone"
stops = "60ms"
[[file]]
name = "a.bin"
size = "8m"
[[file]]
name = "many"
size = "20k"
files = 12
[[session]]
from = "s"
to = ["r", "bursts", "late", "gone"]
file = "a.bin"
[[session]]
from = "s"
to = ["r"]
file = "many"
[[expect]]
identical = true
within = "80s"
END
# Bursts are done by a process that needs TAP devices.
[[ -c /dev/net/tun ]] || { sed -i 's/^burst.*//' "$folder/small.toml"
  echo "no bursts: there is no /dev/net/tun here"; }
"$TROUPE" lab validate "$folder/small.toml"
"$TROUPE" lab run "$folder/small.toml" --report "$folder/report" ||
  fail "the run did not come true"
for file in report.html report.json report.csv; do
  [[ -s $folder/report/$file ]] || fail "no $file"
done
grep -q '^"a.bin","troupe",0,5,.*"late",0.0,true,true,0,0\.[2-9]' \
  "$folder/report/report.csv" || fail "the late receiver is not told of"
grep -q '"gone",0.0,false,false,137,' "$folder/report/report.csv" ||
  fail "the receiver that stopped is not told of"
[[ $(grep -c ',true,true,0,' "$folder/report/report.csv") == 6 ]] ||
  fail "six copies should be identical"

# What cannot come true makes the exit code, and is named.
sed 's/within = .*/sent-per-byte = 0.5/' "$folder/small.toml" \
  >"$folder/never.toml"
status=0
said=$("$TROUPE" lab run "$folder/never.toml" 2>&1) || status=$?
[[ $status == 1 ]] || fail "exit code $status instead of 1: $said"
[[ $said == *"missed: sent "*"bytes a byte instead of 0.50 at most"* ]] ||
  fail "does not say what was missed: $said"

# A topology with a mistake is refused with its place.
sed 's/^starts = /strats = /' "$folder/small.toml" >"$folder/bad.toml"
status=0
said=$("$TROUPE" lab run "$folder/bad.toml" 2>&1) || status=$?
[[ $status == 2 && $said == *"bad.toml:22:1: 'strats' is no key of a host; did you mean 'starts'?"* ]] ||
  fail "exit code $status: $said"

# A cable with everything, and one between switches.
if [[ -c /dev/net/tun ]]; then
  sed -e 's/^rate = .*/&\ndelay = "10ms"\njitter = "2ms"\nreorder = 1\nduplicate = 1/' \
    -e 's/^uplink = .*/&\ndelay = "5ms"\nloss = 0.5/' \
    "$folder/small.toml" >"$folder/far.toml"
  "$TROUPE" lab run "$folder/far.toml" --report "$folder/far" ||
    fail "over a cable with a delay it did not come true"
  [[ $(grep -c ',true,true,0,' "$folder/far/report.csv") == 6 ]] ||
    fail "six copies should be identical"
fi
nothing_left
