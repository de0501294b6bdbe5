/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast/types.h - handles, statistics, constants. */
#ifndef LIBRECAST_TYPES_H
#define LIBRECAST_TYPES_H 1

#include <librecast/crypto.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* UDP port of every channel, source and destination. */
#define LC_DEFAULT_PORT 4242
/* Second byte of every group address: transient, global scope. */
#define LC_DEFAULT_FLAGS 0x1e
/* Bytes of a RaptorQ symbol. */
#define LC_DEFAULT_RQ_T 1024
/* Hop limit of what is sent. */
#define DEFAULT_MULTICAST_HOPS 255
/* Whether this host hears itself when no flag says otherwise. */
#define DEFAULT_MULTICAST_LOOP 0

/* Opaque. lc_ctx_new(3), lc_share(3). */
typedef struct lc_ctx_s lc_ctx_t;
typedef struct lc_share_s lc_share_t;

/* Declared in full by mdex.h, mtree.h, q.h and sync.h. */
typedef struct mdex_s mdex_t;
typedef struct mtree_s mtree_t;
typedef struct q_s q_t;
typedef struct lc_sync_options_s lc_sync_options_t;

/* Transfer statistics. The functions add to the fields and never clear them:
 * zero the structure before its first use. lc_sync(3) and lc_share(3) say when
 * the fields change and what each means there. */
typedef struct lc_stat_s {
  size_t byt_gross;   /* bytes moved, with what describes the content */
  size_t byt_info;    /* plain bytes of content */
  size_t chunks_tot;  /* chunks of the remote object */
  size_t chunks_io;   /* chunks that came from the network */
  size_t chunks_fail; /* chunks that were not what they should be */
  size_t pkts_io;     /* packets sent or received */
  size_t sym_origin;  /* source symbols that were used */
  size_t sym_repair;  /* repair symbols that were used */
} lc_stat_t;

#ifdef __cplusplus
}
#endif

#endif /* LIBRECAST_TYPES_H */
