#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What a sharer may do once it shares: root's may read, nobody's nothing, and
# none may gain anything.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 3000000
chmod 644 "$data/file"

# expect_status FIELD VALUE: of every thread of the sharer.
expect_status() {
  local each value
  for each in /proc/"$sharer"/task/*/status; do
    value=$(sed -n "s/^$1:[[:space:]]*//p" "$each")
    [[ $value == "$2" ]] || fail "$1 is $value instead of $2"
  done
}
reading=0000000000000004   # CAP_DAC_READ_SEARCH
none=0000000000000000

share_on h1 "$data/file"
sync_on h2 file "$data/copy"
expect_same "$data/file" "$data/copy"
expect_status CapEff "$reading"
expect_status CapPrm "$reading"
expect_status CapInh "$none"
expect_status CapBnd "$none"
expect_status CapAmb "$none"
expect_status NoNewPrivs 1
stop_sharer "$sharer"

# As a service: an ordinary user with that one capability.
TROUPE_AS=(setpriv --reuid=65534 --regid=65534 --clear-groups
           --bounding-set=-all,+net_raw
           --inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw)
if ! "${TROUPE_AS[@]}" true 2>/dev/null; then
  skip "there is no other user here to be"
fi
install -m 755 "$TROUPE" "$work/troupe"
chmod 755 "$work" "$data"
share_log=$work/share-nobody.log
start h1 "$share_log" "${TROUPE_AS[@]}" env -u XDG_CACHE_HOME HOME=/nonexistent \
  "$work/troupe" share --interface eth0 "$data/file"
sharer=$started
wait_until 30 is_ready || fail "the sharer did not start"
kill -0 "$sharer" || fail "the sharer ended"
rm "$data/copy"
sync_on h2 file "$data/copy"
expect_same "$data/file" "$data/copy"
for field in CapEff CapPrm CapInh CapAmb; do
  expect_status "$field" "$none"
done
expect_status NoNewPrivs 1
stop_sharer "$sharer"
