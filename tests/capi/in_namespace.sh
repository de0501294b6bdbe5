#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs a test program on a host of its own, whose interface eth0 is up and
# multicast.
#   in_namespace.sh [--without-net-raw] PROGRAM [ARGUMENT...]
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../support/netns.sh
source "$(dirname "$0")/../support/netns.sh"
in_namespaces "$0" "$@" ||
  { echo "skipped: network namespaces are not allowed here"; exit 77; }
hosts 1
export TROUPE_TEST_INTERFACE=eth0 TMPDIR=$work
if [[ $1 == --without-net-raw ]]; then
  shift
  on h1 setpriv --bounding-set=-net_raw --inh-caps=-all "$@"
else
  on h1 "$@"
fi
