/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast/mtree.h - merkle trees over memory. */
#ifndef LIBRECAST_MTREE_H
#define LIBRECAST_MTREE_H 1

#include <librecast/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that one leaf stands for. */
#define MTREE_CHUNKSIZE 32768
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

/* One line for each node: its number and its hash. */
void mtree_hexdump(mtree_t *tree, FILE *stream);

#ifdef __cplusplus
}
#endif

#endif /* LIBRECAST_MTREE_H */
