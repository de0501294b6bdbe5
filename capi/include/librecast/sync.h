/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast/sync.h - getting memory and files from sharers. */
#ifndef LIBRECAST_SYNC_H
#define LIBRECAST_SYNC_H 1

#include <librecast/mdex.h>
#include <librecast/mtree.h>
#include <librecast/net.h>
#include <librecast/q.h>
#include <librecast/types.h>

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint8_t hash_t[HASHSIZE];

#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic" /* tree[] is C99, not C++ */
#endif
/* Header of a tree as it travels. All fields little endian but size and
 * namesz, which are big endian. */
typedef struct net_tree_s {
  uint64_t size;    /* content bytes; of a directory or link: object bytes */
  uint64_t mtime_s; /* modification time: seconds, nanoseconds */
  uint64_t mtime_n;
  uint64_t atime_s; /* access time */
  uint64_t atime_n;
  uint32_t uid;
  uint32_t gid;
  uint16_t mode;   /* type and permission bits */
  uint16_t namesz; /* bytes of the name, which follows the header */
  uint32_t pad;    /* 0 */
  unsigned char tree[]; /* name, then hashes */
} net_tree_t;
#ifdef __cplusplus
#pragma GCC diagnostic pop
#endif

/* For programs that mention it; opt->max_groups is what is joined at once. */
#define SYNC_MAX_RECVERS 16
#define SYNC_SEND_THREADS 1

/* What the flags argument is made of. */
enum {
  SYNC_NONE = 0,
  SYNC_LOOPBACK = 0x01, /* also hear sharers on this host */
  SYNC_SUBDIR = 0x02,
  SYNC_OWNER = 0x04, /* take over the remote file's owner, ... */
  SYNC_GROUP = 0x08,
  SYNC_MODE = 0x10,
  SYNC_MTIME = 0x20,
  SYNC_ATIME = 0x40,
  SYNC_RECURSE = 0x80
};

/* Options beyond those of librecast, whose programs pass NULL. Zero the
 * structure, set size to sizeof(lc_sync_options_t), then what you need. A size
 * that the library does not know is EINVAL. */
struct lc_sync_options_s {
  size_t size;             /* of this structure, bytes */
  uint64_t limit_bytes;    /* refuse larger objects; 0: 16 TiB */
  unsigned int timeout_ms; /* longest silence; 0: 30000 */
  unsigned int max_groups; /* joined at once; 0: 256 */
};

/* Makes the len bytes at data equal to the object whose channel hash is hash
 * (HASHSIZE bytes), getting only chunks that differ. A longer object is
 * EMSGSIZE, and nothing is written; a shorter one leaves the rest of data as
 * it is. Returns the bytes of the chunks that were not in place, 0 when all
 * were.
 * q may be NULL; so may stats and opt. lc_sync(3) */
ssize_t lc_sync(lc_ctx_t *ctx, const unsigned char *hash, void *data,
                size_t len, q_t *q, lc_stat_t *stats, lc_sync_options_t *opt,
                int flags);

/* The same for the file at pathname, which is replaced in one step when all
 * is there. Returns the bytes of the first object received, which is > 0. */
ssize_t lc_syncfile(lc_ctx_t *ctx, const unsigned char *hash,
                    const char *pathname, q_t *q, lc_stat_t *stats,
                    lc_sync_options_t *opt, int flags);

/* lc_syncfile of the object that is shared as src. A trailing slash is cut
 * off src in place. */
ssize_t lc_syncfile_hash(lc_ctx_t *ctx, char *src, const char *dst, q_t *q,
                         lc_stat_t *stats, lc_sync_options_t *opt, int flags);

/* Single objects, on the channel whose hash is hash (HASHSIZE bytes). Cancel the
 * thread to end these calls early. opt and stats may be NULL; flags are 0 or
 * NET_LOOPBACK.
 *
 * lc_recvtree receives a merkle tree, also one in several parts, checks that it
 * is one, and makes *tree of it, which mtree_free frees. lc_recvdir receives a
 * listing into memory that free(3) frees, size and namesz in host order.
 * lc_recvchunk receives an object of len bytes, whose hash it does not check.
 * They return the bytes of the (first) object. lc_recvtree(3) */
ssize_t lc_recvtree(lc_ctx_t *ctx, const unsigned char *hash, mtree_t *tree,
                    lc_stat_t *stats, lc_sync_options_t *opt, int flags);
ssize_t lc_recvdir(lc_ctx_t *ctx, const unsigned char *hash, net_tree_t **dir,
                   lc_stat_t *stats, lc_sync_options_t *opt, int flags);
ssize_t lc_recvchunk(lc_ctx_t *ctx, const unsigned char *hash, void *data,
                     size_t len, lc_stat_t *stats, lc_sync_options_t *opt,
                     int flags);
/* Send a tree; sizeof(net_tree_t) + dir->size bytes at dir, whose size is
 * brought into network byte order first; len bytes. Again and again: they
 * return only on errors. lc_sendtree(3) */
ssize_t lc_sendtree(lc_ctx_t *ctx, const unsigned char *hash,
                    const mtree_t *tree, lc_stat_t *stats,
                    lc_sync_options_t *opt, int flags);
ssize_t lc_senddir(lc_ctx_t *ctx, const unsigned char *hash, net_tree_t *dir,
                   lc_stat_t *stats, lc_sync_options_t *opt, int flags);
ssize_t lc_sendchunk(lc_ctx_t *ctx, const unsigned char *hash,
                     const void *data, size_t len, lc_stat_t *stats,
                     lc_sync_options_t *opt, int flags);

/* Copies what differs of n > 0 bytes from src to dst, which do not overlap,
 * chunk by chunk. q is not used. 0, or -1 and EINVAL. lc_memsync(3) */
int lc_memsync(void *dst, void *src, size_t n, q_t *q, lc_stat_t *stats,
               lc_sync_options_t *opt, int flags);

/* Makes dst what src is, both on this host: a file, a link, or a directory,
 * with SYNC_RECURSE with all that is in it. Only chunks that differ are
 * written. A directory dst gets dst/name of src; with a slash at the end of src,
 * which is cut off in place, the content of src. q is not used. 0 or -1.
 * lc_syncfilelocal(3) */
int lc_syncfilelocal(const char *dst, char *src, q_t *q, lc_stat_t *stats,
                     lc_sync_options_t *opt, int flags);

/* Maps a regular file. For reading: sets *len to its size, and fills sb unless
 * sb->st_ino is set. With PROT_WRITE in prot: makes the file if there is none,
 * with sb->st_mode or else 0600, and gives it *len bytes. Unmap with munmap.
 * MAP_FAILED on failure. lc_mmapfile(3) */
void *lc_mmapfile(const char *path, size_t *len, int prot, int flags,
                  off_t offset, struct stat *sb);

#ifdef __cplusplus
}
#endif

#endif /* LIBRECAST_SYNC_H */
