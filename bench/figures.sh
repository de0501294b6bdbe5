# SPDX-License-Identifier: BSD-3-Clause
# Times and their medians, for the benchmarks that are scripts. Sourced.
# shellcheck shell=bash
declare -A times   # name -> seconds, one per round

calc() { awk "BEGIN {print $1}"; }

# timed NAME COMMAND...: adds the wall time of the command to times[NAME].
timed() {
  local before=${EPOCHREALTIME/[^0-9]/}
  "${@:2}" >/dev/null || return
  times[$1]+=" $(calc "(${EPOCHREALTIME/[^0-9]/} - $before) / 1e6")"
}

median() { # NAME
  # shellcheck disable=SC2086
  printf '%s\n' ${times[$1]} | sort -g |
    awk '{v[NR] = $1} END {print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'
}
