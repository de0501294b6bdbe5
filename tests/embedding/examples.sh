#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The example programs that are made of actors, between hosts.
#   examples.sh FOLDER-OF-PROGRAMS EXAMPLE
source "$(dirname "$0")/../netns/session.sh"
bin=${1:?usage: examples.sh FOLDER EXAMPLE} example=${2:?}
begin 3

# feed HOST LOG PROGRAM [ARGUMENT...]: starts a program whose standard input is
# $input, a descriptor of ours.
feed() {
  local pipe=$2.in
  mkfifo "$pipe"
  nsenter --net="/run/netns/$1" -- "${@:3}" <"$pipe" >"$2" 2>"$2.errors" &
  started=$!
  exec {input}>"$pipe"
}

# ask LOG INPUT QUESTION ANSWER: asks until the answer is that.
answers() {
  echo "$3" >&"$2"
  sleep 0.05
  [[ $(tail -n 1 "$1") == "$4" ]]
}
ask() { wait_until 20 answers "$@" || fail "$3: $(tail -n 1 "$1"), not $4"; }

file_service() {
  make_file "$data/one" 5000000
  make_file "$data/two" 40000 2000000
  share_on h1 "$data/one" "$data/two"
  mkdir "$data/here"
  said=$(on h2 timeout 60 "$bin/example_file_service" "$data/here" one two)
  [[ $said == "$data/here/one"$'\n'"$data/here/two" ]] || fail "said: $said"
  expect_same "$data/one" "$data/here/one"
  expect_same "$data/two" "$data/here/two"
  stop_sharer "$sharer"
}

lookup_table() {
  local program=$bin/example_lookup_table i publisher table pids=() asks=()
  feed h1 "$work/publish.log" "$program" publish
  publisher=$started table=$input
  seq -f 'key%06.0f old' 50000 >&"$table"
  printf 'answer 41\n\n' >&"$table"
  wait_until 20 grep -q published "$work/publish.log" || fail "not published"
  for i in 1 2 3 4; do
    feed h$(( 2 + i % 2 )) "$work/serve$i.log" "$program" serve
    pids+=("$started") asks+=("$input")
  done
  for i in 1 2 3 4; do
    ask "$work/serve$i.log" "${asks[i - 1]}" answer "1 41"
    ask "$work/serve$i.log" "${asks[i - 1]}" key000001 "1 old"
    ask "$work/serve$i.log" "${asks[i - 1]}" nonsense "1 "
  done
  printf 'answer 42\n\n' >&"$table"
  for i in 1 2 3 4; do
    ask "$work/serve$i.log" "${asks[i - 1]}" answer "2 42"
    ask "$work/serve$i.log" "${asks[i - 1]}" key050000 "2 old"
  done
  for i in "${asks[@]}" "$table"; do exec {i}>&-; done
  wait "${pids[@]}" "$publisher"
}

stream_tar() {
  mkdir "$data/in" "$data/out"
  printf 'first\n' >"$data/in/a"
  make_file "$data/in/b" 20000000
  tar -C "$data/in" -cf "$data/files.tar" a b
  share_on h1 --rate 50m "$data/files.tar"   # more than 3 s
  on h2 timeout 60 "$bin/example_stream_tar" files.tar 2>"$work/stream.log" |
    tar -xf - -C "$data/out" &
  wait_until 20 test -s "$data/out/b" || fail "nothing came"
  [[ $(cat "$data/out/a") == first ]] || fail "the first file is not there"
  (( $(stat -c %s "$data/out/b") < 20000000 )) || fail "it came at once"
  wait $!
  diff -r "$data/in" "$data/out" || fail "the content differs"
  stop_sharer "$sharer"
}

keep_sharing() {
  local keeper stop
  make_file "$data/file" 300000
  feed h1 "$work/keep.log" "$bin/example_keep_sharing" late0 "$data/file"
  keeper=$started stop=$input
  ended_twice() { (( $(grep -c '^ended: .*late0' "$work/keep.log") >= 2 )); }
  wait_until 20 ended_twice || fail "no second try"
  ! grep -q sharing "$work/keep.log" || fail "shares without an interface"
  ip -n h1 link set eth0 down
  ip -n h1 link set eth0 name late0
  ip -n h1 link set late0 up
  wait_until 20 grep -qx sharing "$work/keep.log" || fail "not restarted"
  sync_on h2 file "$data/copy"
  expect_same "$data/file" "$data/copy"
  exec {stop}>&-
  wait "$keeper"
}

"$example"
! grep -q . "$work"/*.errors 2>/dev/null ||
  fail "it complained: $(cat "$work"/*.errors)"
echo "$example works"
