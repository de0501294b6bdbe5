# SPDX-License-Identifier: BSD-3-Clause
# A directory to share, and what must be true of its copies. Sourced.
# shellcheck shell=bash
source "$(dirname "${BASH_SOURCE[0]}")/session.sh"

# make_tree PATH FILES BYTES: links, empty and odd names, a large file, and
# FILES files of about BYTES bytes each in 50 directories.
make_tree() {
  local i folder
  mkdir -p "$1/sub/deep/er" "$1/a b" "$1/empty"
  make_file "$1/large" 3000001
  printf 'hello\n' >"$1/a b/ö $'*"
  : >"$1/nothing"
  ln -s f1 "$1/sub/link"
  ln -s /nowhere/at/all "$1/dangling"
  make_file "$work/bytes" $(( $3 * 2 + 10000 ))
  for (( i = 0; i < $2; ++i )); do
    folder=$1/sub/d$(( i % 50 ))
    (( i < 50 )) && mkdir "$folder"
    tail -c +$(( i + 1 )) "$work/bytes" | head -c $(( $3 / 2 + i * 37 % $3 )) \
      >"$folder/f$i" || true
  done
  chmod 640 "$1/large"
  chmod 750 "$1/sub/deep"
  find "$1" -exec touch -h -d '2020-02-02 02:02:02.123456789' {} +
}

# All that is to be the same, but for access times.
describe() { (cd "$1" && find . -printf '%p %y %m %U %G %T@ %l\n' | sort); }

# expect_same_tree A B
expect_same_tree() {
  diff -r --no-dereference "$1" "$2" || fail "the content differs"
  diff <(describe "$1") <(describe "$2") || fail "the metadata differs"
}
