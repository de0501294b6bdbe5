#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A directory is not shared: exit code 8 and a message that names it.
source "$(dirname "$0")/session.sh"
begin 1
mkdir "$data/folder"
expect_exit 8 on h1 timeout 20 "$TROUPE" share --interface eth0 "$data/folder"
expect_error 'folder.*director|director.*folder'
