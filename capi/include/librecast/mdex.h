/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast/mdex.h - the multicast index: what a share answers. */
#ifndef LIBRECAST_MDEX_H
#define LIBRECAST_MDEX_H 1

#include <librecast/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Type of an entry, and the flags of mdex_add and mdex_addfile. */
enum {
  MDEX_NONE = 0,
  MDEX_PTR = 0x01,  /* bytes in memory */
  MDEX_FILE = 0x02, /* a piece of a file */
  MDEX_DIR = 0x04,
  MDEX_LINK = 0x08,
  MDEX_ALIAS = 0x10000, /* entry: another name; flag: make H(name) one */
  MDEX_OTI = 0x20000,   /* packets say the object's length */
  MDEX_RAND = 0x40000,
  MDEX_RECURSE = 0x80000,
  MDEX_MOUNT = 0x100000,
  MDEX_SYMLINK = 0x200000
};

/* Bit of mdex_t.debug: write the names of files added to mdex_t.stream. */
#define MDEX_DEBUG_FILE 1
/* No bound on the depth of directories. */
#define MDEX_DEFAULT_DEPTH (-1)

typedef unsigned char mdex_hash_t[HASHSIZE];
typedef struct mdex_idx_s mdex_idx_t;
typedef struct mdex_entry_s mdex_entry_t;

typedef struct mdex_filemeta_s {
  mdex_hash_t *dir;
  char *name;      /* path that can be opened */
  struct stat *sb; /* as it was when the file was added */
  unsigned int ref;
} mdex_filemeta_t;

/* What one hash stands for. Pointers that mdex_get returns belong to the index
 * and are valid until their entry is replaced or deleted, or mdex_free. */
struct mdex_entry_s {
  int type;
  __extension__ union {
    struct {
      size_t size;
      void *data;
    } ptr; /* MDEX_PTR; MDEX_ALIAS: the target's hash */
    struct {
      size_t size;
      off_t off;
      mdex_filemeta_t file;
    } file; /* MDEX_FILE, MDEX_DIR, MDEX_LINK */
  };
  mdex_idx_t *idx;
  mdex_entry_t *next;
};

struct mdex_idx_s {
  mdex_hash_t hash;
  mdex_idx_t *clown; /* smaller hashes */
  mdex_idx_t *joker; /* others */
  mdex_entry_t *entry;
  mdex_idx_t *next;
};

/* Made by mdex_init only. A program may set stream, debug and maxdepth, and
 * read the other named members; do neither while another thread adds. */
struct mdex_s {
  void *reserved1[6];
  struct {
    void *ptr;
    size_t len;
    void *stack;
  } alloc_stack; /* not used */
  void *reserved2[6];
  size_t files;  /* entries of type MDEX_FILE */
  FILE *stream;  /* where debug output goes, or NULL */
  int debug;     /* MDEX_DEBUG_* */
  char *basedir; /* canonical path of the last mdex_addfile, or NULL */
  size_t basedirlen;
  char *rootdir; /* its parent */
  size_t rootdirlen;
  size_t entries; /* the hint given to mdex_init */
  size_t pagesz;  /* of this system */
  int maxdepth;   /* MDEX_DEFAULT_DEPTH; has no effect yet */
  int readers;    /* not used */
  int deleted;    /* not used */
};

/* An empty index. entries is a hint, 0 will do. NULL and ENOMEM. */
mdex_t *mdex_init(size_t entries);
/* Frees it; a running share keeps what it needs. */
void mdex_free(mdex_t *mdex);

/* Chooses what is hashed with, before anything is added: HASH_BLAKE2 or
 * HASH_BLAKE3. Without it that is HASH_TYPE. ENOTSUP when this library cannot
 * compute it, EBUSY when the index is not empty. [Troupe only] */
int mdex_hash_set(mdex_t *mdex, int type);

/* Adds the tree and the chunks of len > 0 bytes of memory, which must stay and
 * not change while the index or a share of it uses them. The tree is reached
 * by the hash that mdex_tree_hash computes, or by an alias for it. Hashed as
 * by mtree_build. mdex_addfile(3) */
int mdex_add(mdex_t *mdex, void *data, size_t len, q_t *q, int flags);
/* Adds a regular file; with MDEX_ALIAS also under H(name of the file). */
int mdex_addfile(mdex_t *mdex, const char *path, q_t *q, int flags);

/* Makes alias another name for the entry hash, which must be there. */
int mdex_alias(mdex_t *mdex, const unsigned char *alias, size_t aliaslen,
               const unsigned char *hash, size_t hashlen);

/* Finds the first entry whose hash begins with the hashlen bytes of hash and
 * copies it to entry, unless that is NULL. Aliases are followed: then the
 * target's hash is written over hash. mdex_get(3) */
int mdex_get(mdex_t *mdex, unsigned char *hash, size_t hashlen,
             mdex_entry_t *entry);
/* Stores a copy of entry, or just the key if it is NULL. What entry points at
 * must stay. */
int mdex_put(mdex_t *mdex, const unsigned char *hash, size_t hashlen,
             mdex_entry_t *entry);
/* Removes the first entry whose hash begins with hash. */
int mdex_del(mdex_t *mdex, const unsigned char *hash, size_t hashlen);

/* H(path): the first len (1..HASHSIZE) bytes. */
void mdex_aliashash(const char *path, unsigned char *hash, size_t len);
/* The hash by which part n of the tree of memory is found. */
int mdex_tree_hash(unsigned char *hash, size_t len, mtree_t *tree, size_t n);
/* The same for a file's tree; without tree: for a link. */
void mdex_tree_hash_sb(unsigned char *hash, size_t len, mtree_t *tree,
                       size_t n, struct stat *sb, const char *sharepath);

#ifdef __cplusplus
}
#endif

#endif /* LIBRECAST_MDEX_H */
