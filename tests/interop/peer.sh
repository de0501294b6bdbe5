# SPDX-License-Identifier: BSD-3-Clause
# What the tests against the librecast library share. Sourced.
# shellcheck shell=bash
#
# $PEER_SHARE and $PEER_SYNC are our two programs on that library.
# shellcheck source-path=SCRIPTDIR source=../netns/session.sh
source "$(dirname "${BASH_SOURCE[0]}")/../netns/session.sh"

begin_with_peer() {
  [[ -x ${PEER_SHARE:-} && -x ${PEER_SYNC:-} ]] ||
    skip "the librecast library is not there (see scripts/install-deps)"
  [[ $("$TROUPE" --version) == *[bB][lL][aA][kK][eE]3* ]] ||
    skip "this build has no BLAKE3, the hash of librecast"
  begin "$@"
}

# peer_share_on HOST FILE: like share_on; stop it with stop_peer.
peer_share_on() {
  share_log=$work/share-$((++share_number)).log
  start "$1" "$share_log" "$PEER_SHARE" eth0 "$2"
  sharer=$started
  wait_until 30 is_ready && kill -0 "$sharer" 2>/dev/null ||
    fail "librecast did not start sharing"
}

stop_peer() {
  kill -TERM "$1"
  wait "$1"
  cat "$share_log"
}

# peer_sync_on HOST NAME DEST [archive]: librecast loses a join now and then and then
# waits for ever, so it gets a second chance, which is told.
peer_sync_on() {
  on "$1" "$PEER_SYNC" eth0 "$2" "$3" "${peer_deadline:-60}" "${@:4}" && return 0
  echo "librecast did not finish; once more"
  on "$1" "$PEER_SYNC" eth0 "$2" "$3" "${peer_deadline:-60}" "${@:4}"
}
