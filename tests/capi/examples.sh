#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The example programs on two hosts: one shares, the other syncs twice.
#   examples.sh SHARE SYNC
set -euo pipefail
export LC_ALL=C
# shellcheck source-path=SCRIPTDIR source=../support/netns.sh
source "$(dirname "$0")/../support/netns.sh"
in_namespaces "$0" "$@" ||
  { echo "skipped: network namespaces are not allowed here"; exit 77; }
share=$1 sync=$2
trap 'echo "failed: line $LINENO: $BASH_COMMAND"; tail -v "$work"/*.log' ERR

hosts 2
mkdir "$work/a" "$work/b"
seq 100000 >"$work/a/numbers"          # 588895 bytes: 18 chunks
seq 200000 202000 >"$work/b/more"
touch -d '2024-02-29 12:00:00.123456789' "$work/a/numbers"
chmod 640 "$work/a/numbers"

start h1 "$work/share.log" "$share" eth0 "$work/a/numbers" "$work/b/more"
sharer=$started
wait_until 20 grep -qx 'sharing 2 file(s)' "$work/share.log"

on h2 timeout 60 "$sync" eth0 numbers "$work/copy" >"$work/sync1.log" 2>&1
cmp "$work/a/numbers" "$work/copy"
[[ $(stat -c '%a %y' "$work/copy") == $(stat -c '%a %y' "$work/a/numbers") ]]
grep -qx 'received 18 of 18 chunks, 588895 bytes' "$work/sync1.log"

printf 'changed' | dd of="$work/copy" bs=1 seek=40000 conv=notrunc status=none
on h2 timeout 60 "$sync" eth0 numbers "$work/copy" >"$work/sync2.log" 2>&1
cmp "$work/a/numbers" "$work/copy"
grep -qx 'received 1 of 18 chunks, 32768 bytes' "$work/sync2.log"

on h2 timeout 60 "$sync" eth0 more/ "$work/copy" >"$work/sync3.log" 2>&1
cmp "$work/b/more" "$work/copy"

kill -TERM "$sharer"
wait "$sharer"
grep -Eqx 'sent [1-9][0-9]* packets, [1-9][0-9]* bytes of content' \
  "$work/share.log"
[[ $(wc -l <"$work/share.log") == 2 ]]   # and the library said nothing
status=0
on h2 "$sync" nosuch0 numbers "$work/copy" >"$work/bad.log" 2>&1 || status=$?
[[ $status == 1 ]]
grep -q '^sync: nosuch0: ' "$work/bad.log"
echo "shared and synced"
