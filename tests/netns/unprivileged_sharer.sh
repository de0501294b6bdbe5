#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A sharer without CAP_NET_RAW says what it needs and exits with code 7.
source "$(dirname "$0")/session.sh"
begin 2
make_file "$data/file" 1000
expect_exit 7 on h1 setpriv --bounding-set=-all --inh-caps=-all -- \
  timeout 20 "$TROUPE" share --interface eth0 "$data/file"
expect_error 'CAP_NET_RAW|permission|root'
