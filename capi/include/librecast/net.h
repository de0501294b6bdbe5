/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast/net.h - contexts, sockets, channels, messages, sharing. */
#ifndef LIBRECAST_NET_H
#define LIBRECAST_NET_H 1

#include <librecast/types.h>

#include <netinet/in.h>
#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mmsghdr;  /* sys/socket.h, with _GNU_SOURCE */
struct timespec; /* time.h */

/* Flag of lc_sendtree, lc_sendchunk and lc_senddir. */
#define NET_LOOPBACK 1

/* ---- contexts ---------------------------------------------------------- */

/* A context: settings, and what runs with them. Cheap to make; the first call
 * that needs the network starts a few threads that lc_ctx_free ends.
 * NULL and ENOMEM on failure. lc_ctx_new(3) */
lc_ctx_t *lc_ctx_new(void);

/* Ends what still runs in ctx: calls in other threads return -1 with
 * ECANCELED, shares stop. Waits until they have, then frees ctx with all its
 * sockets and channels. A share that was stopped this way still has to be
 * given to lc_unshare. */
void lc_ctx_free(lc_ctx_t *ctx);

/* Keep the memory of a handle: what was acquired is not freed before it was
 * released, but ends as it would. NULL for NULL and for what was freed. */
lc_ctx_t *lc_ctx_acquire(lc_ctx_t *ctx);
void lc_ctx_release(lc_ctx_t *ctx);
lc_socket_t *lc_socket_acquire(lc_socket_t *sock);
void lc_socket_release(lc_socket_t *sock);
lc_channel_t *lc_channel_acquire(lc_channel_t *chan);
void lc_channel_release(lc_channel_t *chan);
lc_share_t *lc_share_acquire(lc_share_t *share);
void lc_share_release(lc_share_t *share);

/* The network interface of calls that start later and of sockets that are made
 * later; 0 is the system's choice when receiving and every multicast-capable
 * interface when sending. */
void lc_ctx_ifx(lc_ctx_t *ctx, unsigned int ifx);

/* Most bits per second (UDP payload) that each share and channel made later
 * sends; 0 is no limit. bps_in has no effect. */
void lc_ctx_ratelimit(lc_ctx_t *ctx, size_t bps_out, size_t bps_in);

/* Sets what is reported to the stream of lc_ctx_stream, an OR of LCTX_DEBUG_*;
 * -1 sets nothing. Returns what is set. lc_ctx_debug(3) */
int lc_ctx_debug(lc_ctx_t *ctx, int debug);
/* Sets the stream, unless it is NULL. Returns the stream; NULL at first. */
FILE *lc_ctx_stream(lc_ctx_t *ctx, FILE *stream);

/* Chooses HASH_BLAKE2 or HASH_BLAKE3 for a context that was not used yet; the
 * default is lc_hash_type(). 0, or -1: EINVAL, ENOTSUP when the library lacks
 * it, EBUSY after first use. librecast has no such call. lc_ctx_hash_set(3) */
int lc_ctx_hash_set(lc_ctx_t *ctx, int type);

/* A queue that belongs to ctx, with n threads that serve it. lc_ctx_q(3) */
int lc_ctx_qpool_init(lc_ctx_t *ctx, int n);
int lc_ctx_qpool_resize(lc_ctx_t *ctx, int n);
int lc_ctx_qpool_free(lc_ctx_t *ctx);
q_t *lc_ctx_q(lc_ctx_t *ctx);

/* An OR of lc_coding_t for channels and shares made later and syncs that start
 * later. Both return what is set. */
int lc_ctx_coding_set(lc_ctx_t *ctx, int coding);
int lc_ctx_coding_get(lc_ctx_t *ctx);

/* Keys, by type LC_CODE_SYMM or LC_CODE_PUBK. The bytes stay the caller's, who
 * keeps them while ctx is there: only the pointer is stored. 0, or -1 and
 * EINVAL. lc_ctx_setkey(3) */
int lc_ctx_set_sym_key(lc_ctx_t *ctx, unsigned char *key, size_t len);
int lc_ctx_set_pub_key(lc_ctx_t *ctx, unsigned char *key, size_t len);
int lc_ctx_setkey(lc_ctx_t *ctx, lc_key_t *key, int type);
int lc_ctx_getkey(lc_ctx_t *ctx, lc_key_t *key, int type);

/* Packets beyond K' for each object sent at once; below 0: see
 * lc_channel_send. Returns what is set; -1 at first. */
int lc_ctx_rq_overhead(lc_ctx_t *ctx, int overhead);

/* ---- sockets ----------------------------------------------------------- */

/* A UDP socket for channels. lc_ctx_free closes what lc_socket_close did not.
 * NULL and errno on failure. lc_socket_new(3) */
lc_socket_t *lc_socket_new(lc_ctx_t *ctx);
void lc_socket_close(lc_socket_t *sock);

/* Two sockets that hear each other, and nothing else. lc_socketpair(3) */
int lc_socketpair(lc_ctx_t *ctx, lc_socket_t *sock[2]);

/* Sends and receives on interface ifx only; 0: on all. -1 and ENODEV. */
int lc_socket_bind(lc_socket_t *sock, unsigned int ifx);
/* Whether this host hears what sock sends; hops that packets may make. */
int lc_socket_loop(lc_socket_t *sock, int val);
int lc_socket_ttl(lc_socket_t *sock, int val);
/* The file descriptor, for poll(2) and setsockopt(2). */
int lc_socket_raw(lc_socket_t *sock);
lc_ctx_t *lc_socket_ctx(lc_socket_t *sock);
/* setsockopt(2) and getsockopt(2) of level IPPROTO_IPV6. */
int lc_socket_setopt(lc_socket_t *sock, int optname, const void *optval,
                     socklen_t optlen);
int lc_socket_getopt(lc_socket_t *sock, int optname, void *optval,
                     socklen_t *optlen);

/* An OR of lc_coding_t that channels bound later take over, unless
 * lc_channel_coding_set was called for them. Until it is set they keep what
 * they have, and it is 0. Both return what is set. lc_channel_coding_set(3) */
int lc_socket_coding_set(lc_socket_t *sock, int coding);
int lc_socket_coding_get(lc_socket_t *sock);

/* The outgoing interface list: hashes, of HASHSIZE bytes, of the channels that
 * a program wants to forward to sock. A list that programs keep; nothing is
 * forwarded here. cmp: 0 when hash is on it. -1 and ENOENT when it is not.
 * lc_socket_oil_add(3) */
int lc_socket_oil_add(lc_socket_t *sock, const unsigned char *hash);
int lc_socket_oil_del(lc_socket_t *sock, const unsigned char *hash);
int lc_socket_oil_cmp(lc_socket_t *sock, const unsigned char *hash);

/* The socket of ctx with this descriptor, or NULL and ENOENT. */
lc_socket_t *lc_socket_by_fd(lc_ctx_t *ctx, int fd);

/* Receives messages in a thread and hands each to callback_msg, and errno
 * values to callback_err, until lc_socket_listen_cancel. LC_ERROR_*.
 * lc_socket_listen(3) */
int lc_socket_listen(lc_socket_t *sock, void (*callback_msg)(lc_message_t *),
                     void (*callback_err)(int));
int lc_socket_listen_cancel(lc_socket_t *sock);

/* Sends to every channel bound to sock, as lc_channel_send. */
ssize_t lc_socket_send(lc_socket_t *sock, const void *buf, size_t len,
                       int flags);
ssize_t lc_socket_sendmsg(lc_socket_t *sock, struct msghdr *msg, int flags);
/* The next packet of sock, as it is. lc_socket_recv(3) */
ssize_t lc_socket_recv(lc_socket_t *sock, void *buf, size_t len, int flags);
ssize_t lc_socket_recvmsg(lc_socket_t *sock, struct msghdr *msg, int flags);
/* Up to vlen packets, as recvmmsg(2): waits until all are there, the first is
 * with MSG_WAITFORONE, or timeout, if not NULL, is over. Returns how many, or
 * -1; EAGAIN when there was none in time. lc_socket_recv(3) */
int lc_socket_recvmmsg(lc_socket_t *sock, struct mmsghdr *msgvec,
                       unsigned int vlen, int flags, struct timespec *timeout);
/* What the next packet, or the object that it completes, holds, decoded by the
 * channel that it came for, which *dst or *chan is then, unless that pointer
 * is NULL. lc_socket_recv(3) */
ssize_t lc_socket_multi_recv(lc_socket_t *sock, void *buf, size_t len,
                             int flags, lc_channel_t **dst);
ssize_t lc_socket_multi_recvmsg(lc_socket_t *sock, struct msghdr *msg,
                                int flags, lc_channel_t **chan);

/* ---- channels ---------------------------------------------------------- */

/* A channel: a multicast group and how to speak there. Made from a name, from
 * the hash of len bytes, from an address and port, from a group, from a hash
 * with flags as the second byte of the address, at random, as a copy. Ports
 * are in host order; 0 is LC_DEFAULT_PORT. lc_ctx_free frees what
 * lc_channel_free did not. NULL and errno on failure. lc_channel_new(3) */
lc_channel_t *lc_channel_new(lc_ctx_t *ctx, const char *name);
lc_channel_t *lc_channel_nnew(lc_ctx_t *ctx, const unsigned char *name,
                              size_t len);
lc_channel_t *lc_channel_init(lc_ctx_t *ctx, const struct sockaddr_in6 *sa);
lc_channel_t *lc_channel_init_grp(lc_ctx_t *ctx, const struct in6_addr *addr,
                                  short port);
lc_channel_t *lc_channel_hash(lc_ctx_t *ctx, const unsigned char *hash,
                              size_t len, unsigned char flags, short port);
lc_channel_t *lc_channel_random(lc_ctx_t *ctx);
lc_channel_t *lc_channel_copy(lc_ctx_t *ctx, lc_channel_t *chan);
/* Channels that belong to another: its hash with a key; its group with the
 * last 8 bytes replaced by band in host order. */
lc_channel_t *lc_channel_sidehash(lc_channel_t *base, const unsigned char *key,
                                  size_t keylen);
lc_channel_t *lc_channel_sideband(lc_channel_t *base, uint64_t band);
void lc_channel_free(lc_channel_t *chan);

/* A channel of ctx, or one that is bound to sock, by its group or by the first
 * hashlen bytes of its hash; of several, any. It is not acquired. NULL and
 * ENOENT when there is none. lc_channel_by_hash(3) */
lc_channel_t *lc_channel_by_address(lc_ctx_t *ctx,
                                    const struct in6_addr *addr);
lc_channel_t *lc_channel_by_hash(lc_ctx_t *ctx, const unsigned char *hash,
                                 size_t hashlen);
lc_channel_t *lc_socket_channel_by_address(lc_socket_t *sock,
                                           const struct in6_addr *addr);
lc_channel_t *lc_channel_socket_by_hash(lc_socket_t *sock,
                                        const unsigned char *hash,
                                        size_t hashlen);

/* Chooses the socket; lets it go. 0 or LC_ERROR_*. lc_channel_bind(3) */
int lc_channel_bind(lc_socket_t *sock, lc_channel_t *chan);
int lc_channel_unbind(lc_channel_t *chan);
/* Joins the group, leaves it. 0 or LC_ERROR_*. */
int lc_channel_join(lc_channel_t *chan);
int lc_channel_part(lc_channel_t *chan);

/* What a channel is; all of it belongs to chan. NULL, or -1, and EINVAL for
 * NULL; lc_channel_socket is NULL when chan is not bound. */
struct in6_addr *lc_channel_in6addr(lc_channel_t *chan);
struct sockaddr_in6 *lc_channel_sockaddr(lc_channel_t *chan);
unsigned char *lc_channel_get_hash(lc_channel_t *chan);
lc_ctx_t *lc_channel_ctx(lc_channel_t *chan);
lc_socket_t *lc_channel_socket(lc_channel_t *chan);
int lc_channel_socket_raw(lc_channel_t *chan);

/* The RaptorQ parameters of the object that chan sends, or received last; NULL
 * before. Valid until the next object. lc_channel_rq(3) */
rq_t *lc_channel_rq(lc_channel_t *chan);

/* As the functions of the same name for contexts. LC_CODE_SIGN is a type of
 * key here, too: the secret key to sign with. */
int lc_channel_coding_set(lc_channel_t *chan, int coding);
int lc_channel_coding_get(lc_channel_t *chan);
int lc_channel_set_sym_key(lc_channel_t *chan, unsigned char *key, size_t len);
int lc_channel_set_pub_key(lc_channel_t *chan, unsigned char *key, size_t len);
int lc_channel_setkey(lc_channel_t *chan, lc_key_t *key, int type);
int lc_channel_getkey(lc_channel_t *chan, lc_key_t *key, int type);
int lc_channel_rq_overhead(lc_channel_t *chan, int overhead);
void lc_channel_ratelimit(lc_channel_t *chan, size_t bps_out, size_t bps_in);

/* Sends, encoded as the channel's coding says. With LC_CODE_FEC_RQ: the first
 * symbol of a new object, or with buf NULL the next of the same object, which
 * the channel has copied. With an overhead of 0 or more: all of K' and that
 * many packets. Returns bytes of content, 1028 for a single symbol, or -1.
 * lc_channel_send(3) */
ssize_t lc_channel_send(lc_channel_t *chan, const void *buf, size_t len,
                        int flags);
ssize_t lc_channel_sendmsg(lc_channel_t *chan, struct msghdr *msg, int flags);

/* Receives and decodes. With LC_CODE_FEC_RQ: a whole object, whose length is
 * len unless LC_CODE_FEC_OTI is set. Returns its length, or -1.
 * lc_channel_recv(3) */
ssize_t lc_channel_recv(lc_channel_t *chan, void *buf, size_t len, int flags);
ssize_t lc_channel_recvmsg(lc_channel_t *chan, struct msghdr *msg, int flags);
/* The OTI of the next packet, which stays there. 0 or -1. */
int lc_channel_oti_peek(lc_channel_t *chan, rq_oti_t *oti,
                        rq_scheme_t *scheme);

/* ---- messages ---------------------------------------------------------- */

/* Clears msg. Returns it. lc_msg_init(3) */
void *lc_msg_init(lc_message_t *msg);
/* With data of the caller's, which lc_msg_free gives to f, if not NULL. */
int lc_msg_init_data(lc_message_t *msg, void *data, size_t len,
                     lc_free_fn_t *f, void *hint);
/* With len bytes of the library's. */
int lc_msg_init_size(lc_message_t *msg, size_t len);
/* Frees the data of a lc_message_t, not the structure. */
void lc_msg_free(void *msg);
void *lc_msg_data(lc_message_t *msg);
/* *value: a pointer to the data; a pointer into msg at len or op. */
int lc_msg_get(lc_message_t *msg, lc_msg_attr_t attr, void **value);
/* value: the data, or a pointer at an lc_len_t or lc_opcode_t. */
int lc_msg_set(lc_message_t *msg, lc_msg_attr_t attr, void *value);
/* The first len bytes of a hash that names msg. */
int lc_msg_id(lc_message_t *msg, unsigned char *id, size_t len);
/* Sends a message in one packet, plain whatever the coding; receives the next
 * one, whose data lc_msg_free frees. Bytes of data, or -1. lc_msg_send(3) */
ssize_t lc_msg_send(lc_channel_t *chan, lc_message_t *msg);
ssize_t lc_msg_recv(lc_socket_t *sock, lc_message_t *msg);
/* Sends len bytes as they are, without a head, by the descriptor of a UDP
 * socket. sendto(2), and MSG_DROP. lc_msg_send(3) */
ssize_t lc_msg_sendto(int sock, const void *buf, size_t len,
                      const struct sockaddr_in6 *addr, int flags);

/* ---- sharing ----------------------------------------------------------- */

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
                   size_t hashlen, unsigned char flags);

#ifdef __cplusplus
}
#endif

#endif /* LIBRECAST_NET_H */
