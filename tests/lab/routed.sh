#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The topology with routers that is shipped: receivers on the sharer's link,
# behind a router, and behind two. Without loss, and with some.
set -euo pipefail
source "$(dirname "$0")/support.sh"
begin_lab
[[ -e /proc/net/ip6_mr_vif ]] || skip "this kernel routes no IPv6 multicast"

"$TROUPE" lab run "$EXAMPLES/routed.toml" --report "$folder/clean" ||
  fail "it did not come true"
[[ $(grep -c ',true,true,0,' "$folder/clean/report.csv") == 5 ]] ||
  fail "five copies should be identical"

sed 's/^bridge = "east"/&\nloss = 1/; s/^bridge = "far"/&\nloss = 3/' \
  "$EXAMPLES/routed.toml" >"$folder/lossy.toml"
"$TROUPE" lab run "$folder/lossy.toml" --report "$folder/lossy" ||
  fail "with loss it did not come true"
[[ $(grep -c ',true,true,0,' "$folder/lossy/report.csv") == 5 ]] ||
  fail "five copies should be identical"

# Nothing that needs answers crosses them, and circles are refused.
status=0
said=$(sed 's/^file = .*/&\ntool = "rsync"/' "$EXAMPLES/routed.toml" \
  >"$folder/rsync.toml"; "$TROUPE" lab validate "$folder/rsync.toml" 2>&1) ||
  status=$?
[[ $status == 2 && $said == *"rsync needs answers"* ]] || fail "$status: $said"
nothing_left
