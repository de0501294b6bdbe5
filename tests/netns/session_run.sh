#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two hosts with a session file each, together three shares and three syncs, as
# services: all complete, what changes is synced again and the hook runs, a
# reload takes a new file over and says what it did not apply, a wrong edit is
# refused with its place, many reloads leave nothing behind, and both stop
# within two seconds. TROUPE_LONG_TESTS=1 makes it 200 reloads.
source "$(dirname "$0")/session.sh"
begin 2
reloads=20
[[ -z ${TROUPE_LONG_TESTS:-} ]] || reloads=200

mkdir -p "$data"/{one,two,three,there,a.d}
for i in 1 2 3; do
  make_file "$data/one/f$i" $(( i * 300000 )) "$(( i * 7000000 ))"
done
make_file "$data/two/image" 3000000
make_file "$data/three/table" 700000

cat >"$data/a.toml" <<TOML
interface = "eth0"
metrics = "[::1]:9464"
[[share]]
path = "one"
recursive = true
[[share]]
path = "two/image"
[[sync]]
name = "table"
dest = "there/table"
timeout = "5s"
every = "1s"
after = ["sh", "-c", "echo \$TROUPE_NAME \$TROUPE_BYTES >>$data/hooks"]
TOML
echo 'status = "../a.json"' >"$data/a.d/status.toml"
cat >"$data/b.toml" <<TOML
interface = "eth0"
[[share]]
path = "three/table"
rate = "900m"
[[sync]]
name = "one"
dest = "there"
archive = true
timeout = "5s"
every = "1s"
[[sync]]
name = "image"
dest = "there/image"
timeout = "5s"
TOML

# A stand-in for the service manager of the first: what it is told, by lines.
perl -MSocket -e '
  socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die;
  bind($s, sockaddr_un($ARGV[0])) or die;
  $| = 1;
  while (defined recv($s, my $told, 4096, 0)) { print "$told\n" }
' "$work/notify" >"$work/told" &
wait_until 10 test -S "$work/notify"

start h1 "$work/a.log" env NOTIFY_SOCKET="$work/notify" WATCHDOG_USEC=1000000 \
  "$TROUPE" run --verbose "$data/a.toml"
a=$started
start h2 "$work/b.log" "$TROUPE" run "$data/b.toml"
b=$started

is_same() { cmp -s "$1" "$2"; }
are_same() { diff -rq "$1" "$2" >/dev/null 2>&1; }
said() { grep -q -- "$2" "$work/$1"; } # FILE TEXT
hooked() { grep -qx "$1" "$data/hooks" 2>/dev/null; }
wait_until 20 is_same "$data/two/image" "$data/there/image" || fail "image"
wait_until 20 is_same "$data/three/table" "$data/there/table" || fail "table"
wait_until 20 are_same "$data/one" "$data/there/one" || fail "one"
wait_until 10 hooked "table 700000" || fail "no hook"
said told '^READY=1' || fail "the manager was not told that it is ready"

# What is going on, in the status file, in words, and for Prometheus.
has_status() { grep -q "$1" "$data/a.json" 2>/dev/null; }
wait_until 10 has_status '"completed": [1-9]' || fail "no status"
"$TROUPE" status "$data/a.toml" | tee "$work/status"
grep -q "^share $data/one  sharing" "$work/status" || fail "no share in status"
grep -q "^sync  $data/there/table  .* 1 changed" "$work/status" ||
  fail "no sync in status"
metrics() {
  on h1 bash -c 'exec 3<>/dev/tcp/::1/9464
    printf "GET /metrics HTTP/1.0\r\n\r\n" >&3; cat <&3' >"$work/metrics"
}
metrics
grep -q "^troupe_share_up{path=\"$data/one\"} 1" "$work/metrics" ||
  fail "no metric says that it shares"
grep -q "^troupe_sync_changed_total{dest=\"$data/there/table\"} 1" \
  "$work/metrics" || fail "no metric says that it synced"

# The source changes: it is shared again, synced again, and the hook runs.
make_file "$data/three/table" 800000 9000000
wait_until 20 is_same "$data/three/table" "$data/there/table" ||
  fail "the new table did not arrive"
wait_until 10 hooked "table 800000" || fail "no second hook"
sleep 2 # two more runs, which find nothing new
[[ $(wc -l <"$data/hooks") == 2 ]] || fail "a hook ran without a change"

# A wrong edit: told with line and column, and all goes on.
cp "$data/b.toml" "$work/good.toml"
sed -i '1s/.*/intreface = "eth0"/' "$data/b.toml"
kill -HUP "$b"
wait_until 10 said b.log "b.toml:1:1: 'intreface' .*did you mean 'interface'" ||
  fail "the wrong key is not told"
wait_until 10 said b.log "session goes on as before" || fail "did not go on"
make_file "$data/one/f1" 310000 5500000
wait_until 20 is_same "$data/one/f1" "$data/there/one/f1" || fail "stopped"

# An edit that is right by itself and wrong on this host is no better.
sed '1s/.*/interface = "eth7"/' "$work/good.toml" >"$data/b.toml"
kill -HUP "$b"
wait_until 10 said b.log "eth7" || fail "the wrong interface is not told"
make_file "$data/one/f1" 320000 6500000
wait_until 20 is_same "$data/one/f1" "$data/there/one/f1" || fail "stopped"

# A right edit: one more sync here; a share less there, and what is not applied
# is told. The share that stays does not notice.
cp "$work/good.toml" "$data/b.toml"
cat >>"$data/b.toml" <<TOML
[[sync]]
name = "image"
dest = "there/second"
timeout = "5s"
TOML
kill -HUP "$b"
wait_until 20 is_same "$data/two/image" "$data/there/second" ||
  fail "the new sync did not begin"
# Written anew at once: a service reads what there is.
sed -e '/^path = "two/d' -e '/^recursive/{n;d}' -e 's/9464/9465/' \
  "$data/a.toml" >"$work/a.new"
mv "$work/a.new" "$data/a.toml"
kill -HUP "$a"
wait_until 10 said a.log 'not applied before a restart option=metrics' ||
  fail "it does not say what it did not apply"
wait_until 10 said a.log "ends what=\"share $data/two/image\"" ||
  fail "the share did not end"
wait_until 10 has_status '"reloads": 1' || fail "the status knows no reload"
[[ $(grep -c 'sharing name=one' "$work/a.log") == 1 ]] ||
  fail "the other share began anew"
said told '^RELOADING=1' || fail "the manager was not told of the reload"

# Many reloads, each of which begins three syncs and a share anew: no more
# memory, threads or descriptors than before.
footprint() {
  printf '%s %s %s\n' "$(awk '/^VmRSS/ {print $2}' "/proc/$1/status")" \
    "$(ls "/proc/$1/task" | wc -l)" "$(ls "/proc/$1/fd" | wc -l)"
}
reloaded() { (( $(grep -c 'session reloaded' "$work/b.log") >= $1 )); }
seen=$(grep -c 'session reloaded' "$work/b.log")
reload() { # COUNT
  local i
  for (( i = 0; i < $1; ++i )); do
    sed -i -e "s/^timeout = .*/timeout = \"$(( 5 + i % 2 ))s\"/" \
      -e "s/^rate = .*/rate = \"$(( 900 - i % 2 ))m\"/" "$data/b.toml"
    kill -HUP "$b"
    wait_until 10 reloaded $(( ++seen )) || fail "reload $seen"
  done
  make_file "$data/one/f2" $(( 500000 + seen )) $(( 3000000 + seen ))
  wait_until 20 is_same "$data/one/f2" "$data/there/one/f2" ||
    fail "no sync after $seen reloads"
  sleep 1
}
reload 20
before=$(footprint "$b")
reload "$reloads"
after=$(footprint "$b")
echo "resident KiB, threads, descriptors: $before before, $after after" \
  "$reloads reloads"
read -r rss_before threads_before fds_before <<<"$before"
read -r rss_after threads_after fds_after <<<"$after"
(( rss_after < rss_before + rss_before / 4 )) || fail "memory leaks"
(( threads_after <= threads_before + 2 )) || fail "threads leak"
(( fds_after <= fds_before + 4 )) || fail "descriptors leak"

# The end: within two seconds, with exit code 0.
for each in "$a" "$b"; do
  began=$(now_ms)
  kill -TERM "$each"
  status=0
  wait "$each" || status=$?
  took=$(( $(now_ms) - began ))
  echo "stopped in $took ms"
  [[ $status == 0 ]] || fail "exit code $status"
  (( took < 2000 )) || fail "took too long"
done
said told '^STOPPING=1' || fail "the manager was not told of the end"
(( $(grep -c '^WATCHDOG=1' "$work/told") > 10 )) || fail "no signs of life"
