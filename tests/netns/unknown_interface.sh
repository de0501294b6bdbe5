#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# An interface that does not exist is named in the message.
source "$(dirname "$0")/session.sh"
begin 1
make_file "$data/file" 1000
for arguments in "share $data/file" "sync file $data/copy"; do
  # shellcheck disable=SC2086
  set -- $arguments
  status=0
  on h1 timeout 20 "$TROUPE" "$1" --interface nosuch0 "${@:2}" \
    2>"$work/errors" || status=$?
  cat "$work/errors" >&2
  [[ $status == 2 ]] || fail "exit code $status instead of 2"
  expect_error nosuch0
done
