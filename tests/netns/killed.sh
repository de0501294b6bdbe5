#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# kill -9 at random moments of a sync of a file, in place, and of a directory:
# every file is the old or the new one, and the next sync completes it, gets
# little again, and leaves nothing behind. The moments are those of SEED.
#
# usage: killed.sh [KILLS [SEED]]
# TROUPE_LONG_TESTS=1: 500 kills.
source "$(dirname "$0")/session.sh"
begin 2
kills=12
[[ ${TROUPE_LONG_TESTS:-} != 1 ]] || kills=500
kills=${1:-$kills} seed=${2:-1}
RANDOM=$seed
# What may be under way at once at first, and is lost with a receiver.
window_bytes=8388608

make_file "$data/file" 16777216
make_file "$data/old-file" 16777216
change_chunks "$data/old-file" 320
mkdir "$data/tree" "$data/tree/sub"
for (( i = 0; i < 6; ++i )); do
  make_file "$data/tree/large$i" 1500000 $(( 2000000 + i * 200000 ))
done
for (( i = 0; i < 60; ++i )); do
  make_file "$data/tree/sub/small$i" 20000 $(( 5000000 + i * 3000 ))
done
cp -r "$data/tree" "$data/old-tree"
for (( i = 0; i < 60; i += 2 )); do
  make_file "$data/old-tree/sub/small$i" 20000 $(( 7000000 + i * 3000 ))
done
for (( i = 0; i < 6; i += 2 )); do
  change_chunks "$data/old-tree/large$i" 44
done
share_on h1 --rate 200m "$data/file"
of_file=$sharer
share_on h1 --rate 80m -r "$data/tree"
of_tree=$sharer

ways=(file in-place directory)
declare -A options=([file]="file $data/to/file"
                    [in-place]="--inplace file $data/to/file"
                    [directory]="-r tree $data/to")
declare -A wire=() needed=() took_ms=()
declare -A cut=() again=() saved=()

restore() { # WAY
  rm -rf "$data/to"
  mkdir "$data/to"
  case $1 in
  directory) cp -r "$data/old-tree" "$data/to/tree" ;;
  *) cp "$data/old-file" "$data/to/file" ;;
  esac
}

# check WAY: nothing is torn.
check() {
  local each name
  case $1 in
  file)
    cmp -s "$data/to/file" "$data/file" ||
      cmp -s "$data/to/file" "$data/old-file" || fail "the file is torn" ;;
  directory)
    for each in "$data"/tree/large* "$data"/tree/sub/*; do
      name=${each#"$data/tree/"}
      cmp -s "$data/to/tree/$name" "$each" ||
        cmp -s "$data/to/tree/$name" "$data/old-tree/$name" ||
        fail "$name is torn"
    done ;;
  esac
}

# complete WAY: syncs, and expects the new version and no litter. Prints how
# many chunks it got.
complete() {
  local said
  # shellcheck disable=SC2086
  said=$(sync_on h2 --no-cache ${options[$1]}) || fail "the sync failed"
  case $1 in
  directory)
    diff -r "$data/tree" "$data/to/tree" >&2 || fail "the directory differs"
    expect_only "$data/to" $(cd "$data" && find tree) ;;
  *)
    expect_same "$data/file" "$data/to/file"
    expect_only "$data/to" file ;;
  esac
  sed -E 's/.* ([0-9]+) fetched.*/\1/' <<<"$said"
}

# Until what is still under way has arrived.
settle() {
  local before=-1 now
  now=$(bytes_in h2)
  while (( now - before > 3000 )); do
    sleep 0.05
    before=$now now=$(bytes_in h2)
  done
}

for way in "${ways[@]}"; do
  restore "$way"
  before=$(bytes_in h2) begun=$(now_ms)
  needed[$way]=$(complete "$way")
  took_ms[$way]=$(( $(now_ms) - begun ))
  settle
  wire[$way]=$(( $(bytes_in h2) - before ))
  cut[$way]=0 again[$way]=0 saved[$way]=0
  echo "$way: ${needed[$way]} chunks, ${wire[$way]} bytes in ${took_ms[$way]} ms"
done

for (( i = 0; i < kills; ++i )); do
  way=${ways[i % 3]}
  restore "$way"
  before=$(bytes_in h2)
  delay=$(( RANDOM * took_ms[$way] / 32768 ))
  # Not by on(): it is to be this process, which is killed.
  # shellcheck disable=SC2086
  nsenter --net=/run/netns/h2 -- "$TROUPE" sync -q --interface eth0 \
    --no-cache ${options[$way]} &
  sleep "$(( delay / 1000 )).$(printf %03d $(( delay % 1000 )))"
  kill -KILL $! 2>/dev/null || true
  status=0
  wait $! 2>/dev/null || status=$?
  check "$way"
  got=$(complete "$way")
  (( status == 137 )) || continue
  settle
  more=$(( $(bytes_in h2) - before - wire[$way] ))
  cut[$way]=$(( cut[$way] + 1 ))
  again[$way]=$(( again[$way] + (more > 0 ? more : 0) ))
  saved[$way]=$(( saved[$way] + needed[$way] - got ))
done

for way in "${ways[@]}"; do
  (( cut[$way] > 0 )) || fail "no sync of $way was killed before it had ended"
  mean=$(( again[$way] / cut[$way] ))
  echo "$way: killed ${cut[$way]} times, none torn; of ${needed[$way]} chunks" \
    "$(( saved[$way] / cut[$way] )) not got again;" \
    "$mean bytes more than one whole sync on the wire, in the mean"
  (( mean <= window_bytes )) || fail "that is more than the window"
  (( saved[$way] > 0 )) || fail "nothing was resumed"
done
stop_sharer "$of_file"
stop_sharer "$of_tree"
