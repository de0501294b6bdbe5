#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A path that does not exist is named in the message.
source "$(dirname "$0")/session.sh"
begin 1
expect_exit 2 on h1 timeout 20 "$TROUPE" share --interface eth0 "$data/absent"
expect_error absent
