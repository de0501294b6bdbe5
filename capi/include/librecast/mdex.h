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
  MDEX_RAND = 0x40000,  /* accepted, without effect */
  MDEX_RECURSE = 0x80000, /* also what is in sub directories */
  MDEX_MOUNT = 0x100000,  /* stay on one file system */
  MDEX_SYMLINK = 0x200000 /* accepted, without effect */
};

/* Bit of mdex_t.debug: write the names of files added to mdex_t.stream. */
#define MDEX_DEBUG_FILE 1
/* No bound on the depth of directories but the library's of 1000. */
#define MDEX_DEFAULT_DEPTH (-1)
/* For programs that mention it; nothing here depends on it. */
#define MDEX_STACK_SZ 4096

typedef unsigned char mdex_hash_t[HASHSIZE];
typedef struct mdex_idx_s mdex_idx_t;
typedef struct mdex_entry_s mdex_entry_t;

typedef struct mdex_filemeta {
  mdex_hash_t *dir; /* MDEX_DIR: what is listed; NULL when that is nothing */
  char *name;       /* MDEX_FILE: a path that can be opened; else share path */
  struct stat *sb;  /* as it was when it was added */
  unsigned int ref;
} mdex_filemeta_t;

struct mdex_mem_s {
  size_t size;
  void *data;
};

struct mdex_file_s {
  size_t size; /* MDEX_FILE: bytes; MDEX_DIR: hashes at file.dir */
  size_t off;
  mdex_filemeta_t file;
};

/* What one hash stands for. Pointers that mdex_get returns belong to the index
 * and are valid until their entry is replaced or deleted, or mdex_free. */
struct mdex_entry_s {
  int type;
  __extension__ union {
    struct mdex_mem_s ptr;   /* MDEX_PTR; MDEX_ALIAS: the target's hash */
    struct mdex_file_s file; /* MDEX_FILE, MDEX_DIR, MDEX_LINK */
  };
  mdex_idx_t *idx; /* not used */
  mdex_entry_t *next;
};

struct mdex_idx_s {
  mdex_hash_t hash;
  mdex_idx_t *clown; /* smaller hashes */
  mdex_idx_t *joker; /* others */
  mdex_entry_t *entry;
  mdex_idx_t *next;
};

typedef struct mdex_stack_s {
  size_t ptr;
  size_t len;
  void **stack;
} mdex_stack_t;

/* Made by mdex_init only. A program may set stream, debug and maxdepth, and
 * read what follows files; do neither while another thread adds. */
struct mdex_s {
  mdex_idx_t *head; /* this and the members up to entry_stack: not used */
  mdex_idx_t *root;
  mdex_idx_t *next;
  mdex_idx_t *last;
  mdex_entry_t *head_entry;
  mdex_entry_t *next_entry;
  mdex_stack_t alloc_stack;
  mdex_stack_t idx_stack;
  mdex_stack_t entry_stack;
  size_t files;  /* files, links and top directories that were added */
  FILE *stream;  /* where debug output goes, or NULL */
  int debug;     /* MDEX_DEBUG_* */
  char *basedir; /* canonical path of the last mdex_addfile, or NULL */
  size_t basedirlen;
  char *rootdir; /* its parent */
  size_t rootdirlen;
  size_t entries; /* the hint given to mdex_init */
  size_t pagesz;  /* of this system */
  int maxdepth;   /* levels of directories that MDEX_RECURSE adds; -1: all */
  int readers;    /* not used */
  int deleted;    /* not used */
};

/* An empty index. entries is a hint, 0 will do. NULL and ENOMEM. */
mdex_t *mdex_init(size_t entries);
/* Frees it; a running share keeps what it needs. What was acquired goes with
 * its last release. mdex_acquire is NULL for NULL and for what was freed. */
void mdex_free(mdex_t *mdex);
mdex_t *mdex_acquire(mdex_t *mdex);
void mdex_release(mdex_t *mdex);

/* Chooses what is hashed with, before anything is added: HASH_BLAKE2 or
 * HASH_BLAKE3. Without it that is HASH_TYPE. ENOTSUP when this library cannot
 * compute it, EBUSY when the index is not empty. [Troupe only] */
int mdex_hash_set(mdex_t *mdex, int type);

/* Adds the tree and the chunks of len > 0 bytes of memory, which must stay and
 * not change while the index or a share of it uses them. The tree is reached
 * by the hash that mdex_tree_hash computes, or by an alias for it. Hashed as
 * by mtree_build. mdex_addfile(3) */
int mdex_add(mdex_t *mdex, void *data, size_t len, q_t *q, int flags);
/* Adds what is at path: a file or a symbolic link, with MDEX_ALIAS also under
 * H(its name); or a directory and what is in it, each thing also under H(name
 * of the directory / path below it). Without MDEX_RECURSE its sub directories
 * count as empty. Nothing is added when anything cannot be read. */
int mdex_addfile(mdex_t *mdex, const char *path, q_t *q, int flags);

/* Makes alias another name for the entry hash, which must be there. */
int mdex_alias(mdex_t *mdex, const unsigned char *alias, size_t aliaslen,
               const unsigned char *hash, size_t hashlen);

/* Finds the first entry whose hash begins with the hashlen bytes of hash and
 * copies it to entry, unless that is NULL. Aliases are followed: then the
 * target's hash is written over hash. mdex_get(3) */
int mdex_get(mdex_t *mdex, unsigned char *hash, size_t hashlen,
             mdex_entry_t *entry);
/* The same for what was added from path, or else the alias H(path). */
int mdex_getalias(mdex_t *mdex, const char *path, mdex_entry_t *entry);
/* Stores a copy of entry, or just the key if it is NULL. What entry points at
 * must stay. */
int mdex_put(mdex_t *mdex, const unsigned char *hash, size_t hashlen,
             mdex_entry_t *entry);
/* Removes the first entry whose hash begins with hash. */
int mdex_del(mdex_t *mdex, const unsigned char *hash, size_t hashlen);

/* The name by which path, which is there, is shared: its canonical path without
 * mdex->rootdir. free(3) it. NULL: EINVAL when that is not below rootdir. */
char *mdex_sharepath(mdex_t *mdex, const char *path);

/* H(path): the first len (1..HASHSIZE) bytes. */
void mdex_aliashash(const char *path, unsigned char *hash, size_t len);
/* The hash by which part n of the tree of memory is found. */
int mdex_tree_hash(unsigned char *hash, size_t len, mtree_t *tree, size_t n);
/* The same for a file's tree; without tree: for a link. */
void mdex_tree_hash_sb(unsigned char *hash, size_t len, mtree_t *tree,
                       size_t n, struct stat *sb, const char *sharepath);
/* The hash by which a listing of entries hashes is found: of the last component
 * of path, of sb and of dir, those that are not NULL. The top of a share hashes
 * dir alone. */
void mdex_hash_entry(unsigned char *hash, size_t len, const char *path,
                     struct stat *sb, mdex_hash_t *dir, int entries);

/* The hash of the listing of the directory dir, HASHSIZE bytes: of one that was
 * added; of one on disk, by reading all that is in it. mdex_directory_root(3) */
int mdex_directory_root(mdex_t *mdex, const char *dir, unsigned char *root);
int mdex_get_directory_root(const char *dir, unsigned char *root);

#ifdef __cplusplus
}
#endif

#endif /* LIBRECAST_MDEX_H */
