/* SPDX-License-Identifier: BSD-3-Clause */
/* lcrq.h - RaptorQ (RFC 6330) for programs that were written for lcrq.
 *
 * An rq_t stands for one object of F bytes in symbols of T bytes: an encoder
 * once rq_encode was called, a decoder by rq_decode. What travels is in
 * network byte order (rq_pid_t, rq_oti_t, rq_scheme_t); plain numbers are as
 * the host has them. Any number of threads may use one rq_t, except that
 * rq_encode and rq_free must not run beside another call on it. */
#ifndef LCRQ_H
#define LCRQ_H 1

#include <arpa/inet.h>
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that symbol sizes are a multiple of. */
#define RQ_AL 4
/* Symbols beyond K' that librecast's decoder waits for. Ours needs K of any
 * kind nearly always. */
#define RQ_OVERHEAD 5
/* Encoding symbol ids are below 2^24. */
#define RQ_ESI_MAX 0xffffff

/* Bytes of working memory that objects are cut into source blocks for, 1 GiB.
 * rq_init reads it: set it before, while no other thread is in rq_init. */
extern size_t RQ_WS_DEFAULT;

/* Quotients of integers, rounded up and down. */
#ifndef CEIL
#define CEIL(x, y) (((x) + ((y)-1)) / (y))
#endif
#ifndef FLOOR
#define FLOOR(x, y) ((x) / (y))
#endif

/* Flags of rq_symbol. Only RQ_RAND has an effect. */
enum {
  RQ_SOURCE = 1,
  RQ_REPAIR = 2,
  RQ_REPEAT = 4,
  RQ_ASYNC = 8,
  RQ_RAND = 16 /* a repair symbol with a random id */
};

typedef struct rq_s rq_t;

/* FEC Payload ID (RFC 6330 section 3.2), network byte order: source block
 * number (8 bits), encoding symbol id (24 bits). */
typedef uint32_t rq_pid_t;
/* Common FEC OTI (section 3.3.2), network byte order: F (40 bits), 8 bits of
 * zero, T (16 bits). */
typedef uint64_t rq_oti_t;
/* Scheme-specific FEC OTI (section 3.3.3), network byte order: Z (8 bits), N
 * (16 bits), Al (8 bits). */
typedef uint32_t rq_scheme_t;

/* Reading and making payload ids. */
#define rq_pid2sbn(pid) ((uint8_t)(ntohl(pid) >> 24))
#define rq_pid2esi(pid) (ntohl(pid) & RQ_ESI_MAX)
#define rq_pidset(sbn, esi) \
  htonl(((uint32_t)(sbn) << 24) | ((uint32_t)(esi) & RQ_ESI_MAX))
#define rq_pidsetsbn(pid, sbn) rq_pidset(sbn, rq_pid2esi(pid))
#define rq_pidsetesi(pid, esi) rq_pidset(rq_pid2sbn(pid), esi)

/* For an object of F (1..946270874880) bytes in symbols of T bytes, a multiple
 * of RQ_AL. NULL with EINVAL or ENOMEM. rq_free frees it. rq_init(3) */
rq_t *rq_init(uint64_t F, uint16_t T);
void rq_free(rq_t *rq);

/* The parameters of RFC 6330: transfer length, symbol size, source blocks,
 * sub-blocks (always 1), alignment, and of the first source block the symbols
 * with and without padding. 0 for NULL. rq_query(3) */
uint64_t rq_F(const rq_t *rq);
uint16_t rq_T(const rq_t *rq);
uint16_t rq_Z(const rq_t *rq);
uint16_t rq_N(const rq_t *rq);
uint8_t rq_Al(const rq_t *rq);
uint16_t rq_KP(const rq_t *rq);
uint16_t rq_K(const rq_t *rq);

/* Takes a copy of the len (1..F) bytes at data as the object to send; what is
 * missing of F is taken for zeros. 0, or -1 with EINVAL or ENOMEM. */
int rq_encode(rq_t *rq, void *data, size_t len);

/* Writes the symbol that *pid names, T bytes, to sym, and returns sym. With
 * RQ_RAND it is a random repair symbol of that source block, and *pid says
 * which. NULL with EINVAL before rq_encode or for a block that is not there. */
uint8_t *rq_symbol(const rq_t *rq, rq_pid_t *pid, uint8_t *sym, int flags);

/* Recovers a source block of rq_K symbols from nesi symbols of T bytes, one
 * behind the other at enc, whose ids are in ESI. Writes rq_K * T bytes to dec,
 * padding included. 0, or -1 with ENODATA when that takes more symbols. Where
 * blocks differ in length it decodes the longer ones; rq_decode_block decodes
 * all. */
int rq_decode(rq_t *rq, uint8_t *dec, uint8_t *enc, uint32_t ESI[],
              uint32_t nesi);
/* The same for the source block sbn, of as many symbols as that one has
 * (rq_block_K). [Troupe only] */
int rq_decode_block(rq_t *rq, uint8_t sbn, uint8_t *dec, const uint8_t *enc,
                    const uint32_t ESI[], uint32_t nesi);
/* Source symbols of block sbn; 0 when there is no such block. [Troupe only] */
uint32_t rq_block_K(const rq_t *rq, uint8_t sbn);

/* The two parts of the FEC OTI; either may be NULL. 0, or -1 with EINVAL. */
int rq_oti(rq_t *rq, rq_oti_t *oti, rq_scheme_t *scheme);
/* What they say. Nothing is checked. */
uint64_t rq_oti_F(rq_oti_t oti);
uint16_t rq_oti_T(rq_oti_t oti);
uint8_t rq_oti_Z(rq_scheme_t scheme);
uint16_t rq_oti_N(rq_scheme_t scheme);
uint8_t rq_oti_Al(rq_scheme_t scheme);

#ifdef __cplusplus
}
#endif

#endif /* LCRQ_H */
