#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# One program, built with librecast and with our library, says the same but for
# what both_data.differences lists: librecast's line, a tab, ours.
# $PEER_DATA and $OUR_DATA are the two. Needs no network.
# usage: both_data.sh
source "$(dirname "$0")/peer.sh"
[[ -x ${PEER_DATA:-} ]] ||
  skip "the librecast library is not there (see scripts/install-deps)"
[[ $("$TROUPE" --version) == *[bB][lL][aA][kK][eE]3* ]] ||
  skip "this build has no BLAKE3, the hash of librecast"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run PROGRAM NAME: in a directory that looks the same for both.
run() {
  local top=$work/run
  rm -rf "$top"
  mkdir -p "$top/tree/sub/deep" "$top/tree/void"
  seq 100000 >"$top/tree/file"
  : >"$top/tree/empty"
  echo one >"$top/tree/sub/one"
  echo two >"$top/tree/sub/deep/two"
  ln -s file "$top/tree/link"
  find "$top/tree" -exec touch -h -d @1700000000 {} +
  (cd "$top" && timeout 60 "$1" "$top") >"$work/$2" 2>"$work/$2.log" ||
    fail "$2 ended with exit code $?"
}
run "$PEER_DATA" theirs
run "$OUR_DATA" ours
lines=$(wc -l <"$work/ours")
(( lines > 150 )) || fail "only $lines lines"

# As many lines, and those that differ are the ones that are to differ.
[[ $(wc -l <"$work/theirs") == "$lines" ]] || {
  diff "$work/theirs" "$work/ours" || true
  fail "the numbers of lines differ"
}
paste "$work/theirs" "$work/ours" | awk -F '\t' '$1 != $2' >"$work/found"
grep -v '^#' "$(dirname "$0")/both_data.differences" >"$work/expected"
diff "$work/expected" "$work/found" ||
  fail "other differences (>) than the expected ones (<)"
echo "$lines lines, $(wc -l <"$work/found") expected differences"
