#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What is shared is listed as it is, without its data; hash tells the same root
# as the sharer.
source "$(dirname "$0")/tree.sh"
begin 2
export TZ=UTC
tree=$data/tree
make_tree "$tree" 60 30000
chmod 4755 "$tree/large"
printf 'x' >"$tree/$(printf 'line\nfeed')"
make_file "$data/file" 20000000
ln -s file "$data/link"
share_on h1 -r "$data/file" "$tree"
ask() {
  local status=0
  said=$(on h2 timeout 60 "$TROUPE" "$1" --interface eth0 "${@:2}") || status=$?
  return "$status"
}

before=$(bytes_in h2)
ask ls tree
printf '%s\n' "$said" | head -5
[[ $(wc -l <<<"$said") == $(find "$tree" -print0 | tr -dc '\0' | wc -c) ]] ||
  fail "$(wc -l <<<"$said") lines"
grep -q '^-rwsr-xr-x .* 3000001 2020-02-02 02:02:02 tree/large$' <<<"$said" ||
  fail "no such line of tree/large: $said"
grep -q ' tree/sub/link -> f1$' <<<"$said" || fail "no link: $said"
grep -qF 'tree/line\012feed' <<<"$said" || fail "a name breaks its line: $said"
grep -q '^drwxr-xr-x .* tree$' <<<"$said" || fail "no top: $said"
ask ls tree/
grep -q ' large$' <<<"$said" || fail "names begin with the share's: $said"
ask ls tree/sub/d1/f1
[[ $said == -rw*" f1" ]] || fail "a file of the directory is listed as: $said"
expect_exit 8 ask ls tree/sub/d1 # which has no catalogue of its own
expect_error "no catalogue"
(( $(bytes_in h2) - before < 1000000 )) || fail "the data came, too"

ask ls file
[[ $said == -rw*" 20000000 "*" file" ]] || fail "the file is listed as: $said"
ask ls --json file
[[ $said == '{"type":"entry"'*'"bytes":20000000'*'{"type":"summary"'* ]] ||
  fail "in JSON: $said"
root=$(sed -n 's/.*"root":"\([0-9a-f]*\)".*/\1/p' <<<"$said")
grep -q "^sharing file .* root $root)" "$share_log" || fail "another root: $root"
[[ $("$TROUPE" hash "$data/file") == "$root  file"* ]] || fail "hash: another root"
top=$("$TROUPE" hash -r --json "$tree" | sed -n 's/.*"root":"\([0-9a-f]*\)".*/\1/p')
grep -q "^sharing tree .* root $top)" "$share_log" || fail "another root: $top"
expect_exit 8 "$TROUPE" hash "$tree" # without -r
expect_exit 2 "$TROUPE" hash "$data/nothing"
expect_exit 3 ask ls --timeout 1 nobody-has-this
stop_sharer "$sharer"

# A librecast directory is not listed: its sharer has no catalogue.
share_on h1 --wire classic -r "$tree"
expect_exit 8 ask ls tree
expect_error "no catalogue"
stop_sharer "$sharer"
