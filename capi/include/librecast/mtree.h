/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast/mtree.h - merkle trees over memory. */
#ifndef LIBRECAST_MTREE_H
#define LIBRECAST_MTREE_H 1

#include <librecast/q.h>
#include <librecast/types.h>

#include <assert.h>
#include <stdlib.h>
#include <sys/param.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that one leaf stands for. */
#define MTREE_CHUNKSIZE 32768
/* For programs that mention it; nothing here depends on it. */
#define MTREE_BLOCKSIZE 64
/* Bytes of a node. */
#define MTREE_HASHSIZE 32
/* Most threads that mtree_build makes. */
#define MTREE_THREADMAX 64

/* Nodes are in heap order: 0 is the root, the children of n are 2n+1 and 2n+2,
 * chunk i is node base - 1 + i. Leaves without a chunk are zero. */
struct mtree_s {
  size_t len;    /* bytes of the data */
  size_t base;   /* leaves: chunks rounded up to a power of two */
  size_t chunks; /* chunks of the data, at least 1 */
  size_t nodes;  /* 2 * base - 1 */
  void *data;    /* set by mtree_build */
  uint8_t *tree; /* nodes * MTREE_HASHSIZE bytes */
};

/* Number of the parent of node n > 0. */
#define mtree_parent(n) ((((n) + 1) >> 1) - 1)

/* Prepares the tree of len bytes: all zero. mtree_free frees its memory. */
int mtree_init(mtree_t *tree, size_t len);
void mtree_free(mtree_t *tree);

/* Hashes the tree->len bytes at data, by the threads that serve q, or by
 * threads of its own if q is NULL. */
int mtree_build(mtree_t *tree, void *data, q_t *q);

/* 0 when every inner node is the hash of its children, else -1 and EBADMSG. */
int mtree_verify(mtree_t *tree);

/* The hash of a node; NULL and ERANGE when there is no such node. */
uint8_t *mtree_nnode(mtree_t *tree, size_t node);
/* Number of the left child; 0 for a leaf. */
size_t mtree_child(mtree_t *tree, size_t node);
/* Number of the first and the last leaf below root, in a tree of base leaves. */
size_t mtree_subtree_data_min(size_t base, size_t root);
size_t mtree_subtree_data_max(size_t base, size_t root);

/* What differs between two trees of one shape below the node root: a map of the
 * leaves there, leftmost first, with bits bits for each; those of a chunk that
 * differs are set. Bit i is 1 << i % 8 of byte i / 8. A last chunk of few bytes
 * has fewer of them, as many as there are pieces of 1/bits chunk. free(3) it.
 * NULL with errno 0 when nothing differs; with EINVAL for trees of different
 * shape, a node that is not there, or bits not in 1..MTREE_CHUNKSIZE; with
 * ENOMEM. mtree_diff_map: of all, one bit for each chunk. */
unsigned char *mtree_diff_subtree(mtree_t *t1, mtree_t *t2, size_t root,
                                  unsigned bits);
unsigned char *mtree_diff_map(mtree_t *t1, mtree_t *t2);
/* The first len bits of a map as 0 and 1, and a newline. */
void mtree_printmap(unsigned char *map, size_t len, FILE *stream);

/* One line for each node: its number and its hash. */
void mtree_hexdump(mtree_t *tree, FILE *stream);

#ifdef __cplusplus
}
#endif

#endif /* LIBRECAST_MTREE_H */
