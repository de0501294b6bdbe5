/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast/net.h - contexts, sharing, group addresses. */
#ifndef LIBRECAST_NET_H
#define LIBRECAST_NET_H 1

#include <librecast/types.h>

#include <netinet/in.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A context: settings, and what runs with them. Cheap to make; the first call
 * that needs the network starts a few threads that lc_ctx_free ends.
 * NULL and ENOMEM on failure. lc_ctx_new(3) */
lc_ctx_t *lc_ctx_new(void);

/* Ends what still runs in ctx: calls in other threads return -1 with
 * ECANCELED, shares stop. Waits until they have, then frees ctx. A share that
 * was stopped this way still has to be given to lc_unshare. */
void lc_ctx_free(lc_ctx_t *ctx);

/* The network interface of calls that start later; 0 is the system's choice
 * when receiving and every multicast-capable interface when sharing. */
void lc_ctx_ifx(lc_ctx_t *ctx, unsigned int ifx);

/* Most bits per second (UDP payload) that each share started later sends; 0 is
 * no limit. bps_in has no effect. */
void lc_ctx_ratelimit(lc_ctx_t *ctx, size_t bps_out, size_t bps_in);

/* Answers receivers on this host, too. */
#define LC_SHARE_LOOPBACK 1

/* Shares everything in mdex until lc_unshare, on interface ifx (0: that of the
 * context). Returns when receivers will be heard, or NULL. Needs CAP_NET_RAW.
 * mdex may be freed at once; memory given to mdex_add and *stats (may be NULL)
 * must stay until lc_unshare. lc_share(3) */
lc_share_t *lc_share(lc_ctx_t *ctx, mdex_t *mdex, unsigned int ifx,
                     lc_stat_t *stats, lc_sync_options_t *opt, int flags);

/* Stops a share, waits until nothing of it runs, frees it. */
void lc_unshare(lc_share_t *share);

/* The group address of a hash: ff, flags, then its first bytes, at most 14.
 * Bytes of addr that hash is too short for keep their values. */
void lc_hashtoaddr(struct in6_addr *addr, const unsigned char *hash,
                   size_t hashlen, unsigned int flags);

#ifdef __cplusplus
}
#endif

#endif /* LIBRECAST_NET_H */
