#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# librecast shares with a key, Troupe syncs: a file of BYTES bytes, or with
# `directory` in its place a directory with links. With `back` Troupe shares for
# librecast: single chunks, and a directory without files in it, since a
# librecast receiver with a key crashes at the first file's tree.
# With `api` the programs on the C API are used, with either library.
# usage: encrypted.sh BYTES | directory | back | api
source "$(dirname "$0")/peer.sh"
begin_with_peer 2
umask 077
make_file "$data/key" 128
make_file "$data/other_key" 128 2000000
export PEER_KEYFILE=$data/key

make_tree() {
  mkdir -p "$data/tree/sub/none"
  make_file "$data/tree/file" 100000
  make_file "$data/tree/sub/a b" 5
  : >"$data/tree/sub/empty"
  ln -s sub/empty "$data/tree/link"
}

case $1 in
directory)
  make_tree
  mkdir "$data/to"
  peer_share_on h1 "$data/tree"
  sync_on h2 --hash blake3 -a --keyfile "$data/key" tree/ "$data/to"
  diff -r --no-dereference "$data/tree" "$data/to" || fail "the trees differ"
  stop_peer "$sharer"
  ;;
back)
  mkdir -p "$data/tree/sub/none" "$data/tree/other"
  share_on h1 -r --hash blake3 --keyfile "$data/key" "$data/tree"
  mkdir "$data/to"
  peer_sync_on h2 tree "$data/to" archive
  [[ -d $data/to/tree/sub/none && -d $data/to/tree/other ]] ||
    fail "librecast did not make the directories"
  stop_sharer "$sharer"
  for bytes in 1 5000 32768; do
    make_file "$data/file" "$bytes"
    share_on h1 --hash blake3 --keyfile "$data/key" "$data/file"
    on h2 "$PEER_RECV_CHUNK" eth0 "$data/file" 20 ||
      fail "librecast did not open a chunk of $bytes bytes"
    stop_sharer "$sharer"
  done
  ;;
api)
  make_tree
  for program in "$API_SHARE" "$PEER_SHARE"; do
    mkdir "$data/to"
    PEER_SHARE=$program peer_share_on h1 "$data/tree"
    PEER_SYNC=$API_SYNC peer_sync_on h2 tree "$data/to" archive
    diff -r --no-dereference "$data/tree" "$data/to/tree" ||
      fail "the trees differ"
    rm -r "$data/to"
    [[ $program == "$PEER_SHARE" ]] || stop_peer "$sharer"
  done
  # EBADMSG after 30 s: somebody with the right key might have come.
  PEER_KEYFILE=$data/other_key expect_exit 1 on h2 timeout 70 \
    "$API_SYNC" eth0 tree/file "$data/none" 60
  expect_error 'bad message'
  [[ ! -e $data/none ]] || fail "there is a file"
  stop_peer "$sharer"
  ;;
*)
  make_file "$data/file" "$1"
  peer_share_on h1 "$data/file"
  sync_on h2 --hash blake3 --keyfile "$data/key" file "$data/copy"
  expect_same "$data/file" "$data/copy"
  rm "$data/copy"
  expect_exit 10 sync_on h2 --hash blake3 --timeout 3 \
    --keyfile "$data/other_key" file "$data/copy"
  expect_error 'key is wrong.*listening on'
  expect_exit 10 sync_on h2 --hash blake3 file "$data/copy"
  expect_error 'encrypted'
  [[ ! -e $data/copy ]] || fail "there is a file"
  stop_peer "$sharer"
  ;;
esac
