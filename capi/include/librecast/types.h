/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast/types.h - handles, statistics, constants. */
#ifndef LIBRECAST_TYPES_H
#define LIBRECAST_TYPES_H 1

#include <librecast/crypto.h>
#include <librecast/errors.h>

#include <lcrq.h>

#include <netinet/in.h>
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
/* Flag of the sending functions: do everything but send. For tests. */
#define MSG_DROP 0x400
/* Bit of lc_ctx_debug: write the paths of files that are synced. */
#define LCTX_DEBUG_SYNCFILE 1
/* For programs that mention them; nothing here depends on them. */
#define BLOOM_LEN 16777216
#define BLOOM_HASHES 8
#define LC_BRIDGE_NAME "lc0"
#define LC_DATABASE_COUNT 32

/* Opaque. lc_ctx_new(3), lc_socket_new(3), lc_channel_new(3), lc_share(3). */
typedef struct lc_ctx_s lc_ctx_t;
typedef struct lc_socket_s lc_socket_t;
typedef struct lc_channel_s lc_channel_t;
typedef struct lc_share_s lc_share_t;

/* How a channel sends, an OR of these. lc_channel_coding_set(3) */
typedef enum {
  LC_CODE_NONE = 0,
  LC_CODE_SYMM = 0x01,     /* encrypted with a shared key */
  LC_CODE_PUBK = 0x02,     /* accepted, without effect */
  LC_CODE_SIGN = 0x04,     /* type of a key, for tokens */
  LC_CODE_FEC_RQ = 0x08,   /* as RaptorQ symbols */
  LC_CODE_FEC_RAND = 0x10, /* repair symbols only, at random */
  LC_CODE_FEC_OTI = 0x20   /* every packet says how long the object is */
} lc_coding_t;

/* What is at the other end of a socket. */
typedef enum {
  LC_SOCK_IN6 = 0,  /* the network */
  LC_SOCK_PAIR = 1, /* a socket of lc_socketpair */
  LC_SOCK_WSS = 2,
  LC_SOCK_RTC = 3
} lc_socktype_t;

typedef enum {
  LC_ATTR_DATA = 0,
  LC_ATTR_LEN = 1,
  LC_ATTR_OPCODE = 2
} lc_msg_attr_t;

/* What a message is for. A listener answers PING by PONG. */
typedef enum {
  LC_OP_DATA = 0,
  LC_OP_PING = 1,
  LC_OP_PONG = 2,
  LC_OP_GET = 3,
  LC_OP_SET = 4,
  LC_OP_DEL = 5,
  LC_OP_RET = 6,
  LC_OP_MAX = 7
} lc_opcode_t;

/* Types of what stands before a packet on a socket of lc_socketpair. */
enum {
  LC_TLV_NOP = 0,
  LC_TLV_DST = 0x01,
  LC_TLV_SRC = 0x02,
  LC_TLV_HASH = 0x04,
  LC_TLV_JOIN = 0x08,
  LC_TLV_PART = 0x10,
  LC_TLV_STOP = 0x20,
  LC_TLV_PEER = 0x40
};

/* Capability bits of a token, as a suggestion. */
enum { LC_CHAN_EXEC = 1, LC_CHAN_WRITE = 2, LC_CHAN_READ = 4 };

typedef uint64_t lc_seq_t; /* counts the messages of a channel, from 1 */
typedef uint64_t lc_rnd_t; /* random, for every message */
typedef uint64_t lc_len_t; /* bytes */

/* Frees the data of a message. hint is what lc_msg_init_data was given. */
typedef void *(lc_free_fn_t)(void *data, void *hint);

/* A message. lc_msg_init(3) */
typedef struct lc_message_s {
  uint64_t timestamp; /* when it was sent: ns since 1970 */
  struct in6_addr dst;
  struct in6_addr src;
  lc_seq_t seq;
  lc_rnd_t rnd;
  lc_len_t len;      /* bytes at data */
  size_t bytes;      /* of the packet that it came in */
  uint32_t sockid;   /* number of the socket it came by */
  lc_opcode_t op;
  lc_free_fn_t *free;
  lc_channel_t *chan; /* the channel it came by, or NULL */
  char srcaddr[INET6_ADDRSTRLEN]; /* src and dst as text */
  char dstaddr[INET6_ADDRSTRLEN];
  void *hint;
  void *data;
} lc_message_t;

/* What stands before the data of a message on the wire; numbers are big
 * endian there. */
typedef struct __attribute__((__packed__)) lc_msg_head_s {
  uint64_t timestamp;
  uint64_t seq;
  uint64_t rnd;
  uint8_t op;
  uint64_t len;
} lc_message_head_t;
typedef struct lc_msg_head_s lc_msg_head_t;

/* What stands before a packet on a socket of lc_socketpair: whose it is. */
typedef struct __attribute__((__packed__)) lc_tlv_hash_s {
  uint8_t type; /* LC_TLV_HASH */
  uint32_t len; /* HASHSIZE, in host order */
  uint8_t value[HASHSIZE];
} lc_tlv_hash_t;

/* A key: bytes that stay the caller's. */
typedef struct lc_key_s {
  unsigned char *key;
  size_t keylen;
} lc_key_t;

/* Keys of 32 bytes that stay the caller's. lc_keyring_init(3) */
typedef struct lc_keyring_s {
  uint8_t **key;
  size_t nkeys; /* keys on the ring */
  size_t len;   /* keys it has room for */
} lc_keyring_t;

/* Which packets a channel accepts: those with a token that is signed by a key
 * on the ring and has all of capbits. lc_channel_filter_set(3) */
typedef struct lc_filter_s {
  lc_keyring_t *keyring;
  uint8_t capbits;
} lc_filter_t;

/* A public and a secret key. lc_keypair_new(3) */
typedef struct lc_keypair_s {
  unsigned char pk[32];
  unsigned char sk[64]; /* LC_KEY_ENC: 32 bytes of it */
  int type;
} lc_keypair_t;

/* Says that someone may send on a channel. lc_token_new(3) */
typedef struct __attribute__((__packed__)) lc_token_s {
  uint8_t version;           /* 0xff */
  unsigned char channel[14]; /* of the group address, from byte 2 on */
  uint8_t capbits;
  unsigned char signkey[8]; /* first bytes of the public key of the signer */
  uint64_t expires;         /* s since 1970, host order; 0: never */
  unsigned char bearkey[32]; /* public key of who may send */
  unsigned char sig[64];
} lc_token_t;

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
