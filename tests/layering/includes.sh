#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Fails on an #include against the arrows of docs/ARCHITECTURE.md.
#
# usage: includes.sh ROOT
set -euo pipefail
root=${1:?usage: includes.sh ROOT}

# Folder -> folders of ours that it may include.
declare -A ours=(
  [core]='core'
  [raptorq]='raptorq'
  [transport]='core transport'
  [config]='core config'
  [actors]='core raptorq transport config actors'
  [capi/include]=''
  # troupe/errc.hpp stands for core/errc.hpp, which is installed in its place.
  [actors/include]='core'
  [capi]='core raptorq transport actors capi'
  [lab]='core transport config actors lab'
  [tool]='core transport config actors capi lab tool'
)

# Header of somebody else, as a pattern -> folders that alone may include it.
others=(
  # The C API has channels and sockets of its own, with msghdr in its headers,
  # and the functions of lcrq.
  '^caf/'                               'actors actors/include lab'
  '^boost/'                             'transport tool'
  # The tool's doctor looks beneath the transport.
  '^(sys/socket|sys/un)[.]h$'           'transport capi capi/include tool'
  '^(netinet|net|arpa)/'                'transport capi capi/include tool'
  '^(librecast[./]|lcrq[.]h)'            'capi capi/include'
  '^(CLI|fmt|spdlog)/'                  'tool lab'
  '^blake[23][.]h$'                     'core'
  '^sodium'                             'transport capi capi/include tool'
  '^(thread|future|condition_variable|chrono)$'
                                        'raptorq transport actors actors/include capi tool lab'
)

# The codec is a library of its own: the standard library, and intrinsics.
raptorq_only='^([a-z_]+|[a-z]*mmintrin[.]h|arm_neon[.]h)$'

is_in() { [[ " $2 " == *" $1 "* ]]; }

# check FOLDER NAME: prints why FOLDER may not include NAME, if so.
check() {
  local folder=$1 name=$2 top=${2%%/*} i
  if [[ $name == *..* ]]; then
    echo "includes are by folder from the root: $name"
    return
  fi
  if [[ $name == */* && -n ${ours[$top]+known} ]]; then
    is_in "$top" "${ours[$folder]}" || echo "$folder may not include $name"
    return
  fi
  if [[ $folder == raptorq && ! $name =~ $raptorq_only ]]; then
    echo "raptorq may not include $name"
    return
  fi
  for (( i = 0; i < ${#others[@]}; i += 2 )); do
    if [[ $name =~ ${others[i]} ]] && ! is_in "$folder" "${others[i + 1]}"; then
      echo "$folder may not include $name"
      return
    fi
  done
}

# Every include of a folder as FILE LINE NAME; a quoted name without a folder,
# or something else than a name, becomes ../ and so a complaint.
# shellcheck disable=SC2016
includes_of() {
  local prune=()
  [[ $1 != capi && $1 != actors ]] ||
    prune=(-path "$root/$1/include" -prune -o)
  find "$root/$1" "${prune[@]}" -type f \
    \( -name '*.hpp' -o -name '*.cpp' -o -name '*.h' -o -name '*.c' \) -print0 |
    xargs -0 -r awk '
      /^[ \t]*#[ \t]*include/ {
        name = $0
        sub(/^[ \t]*#[ \t]*include[ \t]*/, "", name)
        if (name ~ /^<[^>]+>/) { sub(/^</, "", name); sub(/>.*/, "", name) }
        else if (name ~ /^"[^"]+\/[^"]+"/) { sub(/^"/, "", name); sub(/".*/, "", name) }
        else { gsub(/[" ].*/, "", name); name = "../" name }
        print FILENAME, FNR, name
      }'
}

problems=0 seen=0
for folder in "${!ours[@]}"; do
  [[ -d $root/$folder ]] || continue
  while read -r file line name; do
    (( ++seen ))
    why=$(check "$folder" "$name")
    [[ -z $why ]] && continue
    echo "${file#"$root"/}:$line: $why"
    (( ++problems ))
  done < <(includes_of "$folder")
done
echo "$seen includes, $problems against the arrows"
(( seen > 0 && problems == 0 ))
