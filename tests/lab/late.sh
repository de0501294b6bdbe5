#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The topology with receivers that come late: what it expects comes true, and
# they did start late.
set -euo pipefail
source "$(dirname "$0")/support.sh"
begin_lab

"$TROUPE" lab run "$EXAMPLES/late.toml" --report "$folder" ||
  fail "it did not come true"
[[ $(grep -c ',true,true,0,' "$folder/report.csv") == 5 ]] ||
  fail "five copies should be identical"
grep -q '"second",0.0,true,true,0,0\.[4-9]' "$folder/report.csv" ||
  fail "the second did not start late"
grep -q '"last",0.0,true,true,0,6\.' "$folder/report.csv" ||
  fail "the last did not start last"
nothing_left
