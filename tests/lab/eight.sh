#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The topology that is shipped: one sharer, eight receivers, a report whose
# plots Chromium draws.
set -euo pipefail
source "$(dirname "$0")/support.sh"
begin_lab

"$TROUPE" lab run "$EXAMPLES/eight.toml" --report "$folder"
[[ $(grep -c ',true,true,0,' "$folder/report.csv") == 8 ]] ||
  fail "eight copies should be identical"

# The same page from the results alone.
cp "$folder/report.html" "$folder/first.html"
rm "$folder/report.html" "$folder/report.csv"
"$TROUPE" lab report "$folder"
cmp "$folder/first.html" "$folder/report.html"

status=0
said=$("$SCRIPTS/lab-screenshot" "$folder") || status=$?
echo "$said"
case $status in
77) echo "the page was not looked at: no chromium" ;;
0) (( ${said%% *} >= 6 )) || fail "a plot of each kind should be there" ;;
*) fail "the page is not right" ;;
esac
