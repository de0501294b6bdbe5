/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast.h - synchronise files and memory over IPv6 multicast.
 *
 * The librecast C API as Troupe provides it. Programs written for librecast
 * compile unchanged and link with -ltroupe_librecast (pkg-config module
 * troupe_librecast), as far as they use what these headers declare.
 *
 * Conventions
 *  1. Functions that return int or ssize_t return -1 and set errno on failure;
 *     functions that return a pointer return NULL (lc_mmapfile: MAP_FAILED).
 *     The man page of each function lists its errno values.
 *  2. Functions that free something accept NULL and keep errno.
 *  3. Every function may be called from any thread, and any number of calls
 *     may run at once, in one context or in several. Only freeing a thing
 *     while another thread starts a call on it is a mistake of the caller;
 *     see lc_ctx_free(3) for what it does to calls that already run.
 *  4. lc_sync, lc_syncfile, lc_syncfile_hash and lc_share block. They are
 *     cancellation points: a thread that is cancelled in one leaves nothing
 *     behind. Every wait ends by itself at some time with an errno value.
 *  5. Lengths are bytes, rates bits per second, times milliseconds.
 *  6. Nothing here prints, exits, or installs signal handlers. Threads made
 *     inside have all signals blocked that a program may handle.
 *  7. After fork() the child must not use a context that had already been used
 *     for the network: calls fail with ECHILD. It may make one of its own.
 */
#ifndef LIBRECAST_H
#define LIBRECAST_H 1

#include <librecast/crypto.h>
#include <librecast/net.h>
#include <librecast/types.h>

#endif /* LIBRECAST_H */
