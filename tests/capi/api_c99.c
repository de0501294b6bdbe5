/* SPDX-License-Identifier: BSD-3-Clause */
/* A C99 program that uses every function that needs no network. It also holds
 * the layout of what programs allocate themselves, at compile time. */
#define _POSIX_C_SOURCE 200809L
#include <librecast.h>
#include <librecast/mdex.h>
#include <librecast/mtree.h>
#include <librecast/q.h>
#include <librecast/sync.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__) && defined(__LP64__)
#define HOLDS(name, condition) \
  typedef char name[(condition) ? 1 : -1] __attribute__((unused))
HOLDS(size_of_net_tree, sizeof(net_tree_t) == 56);
HOLDS(size_of_stat, sizeof(lc_stat_t) == 64);
HOLDS(size_of_entry, sizeof(mdex_entry_t) == 72);
HOLDS(size_of_idx, sizeof(mdex_idx_t) == 64);
HOLDS(size_of_mdex, sizeof(mdex_t) == 208);
HOLDS(size_of_mtree, sizeof(mtree_t) == 48);
HOLDS(size_of_q, sizeof(q_t) == 1048648);
HOLDS(place_of_rlock, offsetof(q_t, rlock) == 1048584);
#endif

static int failures;
static void expect(int condition, const char *what)
{
  if (condition)
    return;
  fprintf(stderr, "failed: %s (errno: %s)\n", what, strerror(errno));
  ++failures;
}
#define EXPECT(condition) expect(!!(condition), #condition)

static void *set(void *arg)
{
  *(int *)arg = 1;
  return arg;
}

static void queue(void)
{
  static q_t q;
  static int done;
  q_job_t job;
  pthread_t tid[1];
  EXPECT(q_init(&q) == 0);
  EXPECT(q_push(&q, set, &done) == 0);
  EXPECT(q_search(&q, set, &done) == 1);
  EXPECT(q_wait(&q, &job) == 0 && job.arg == &done);
  EXPECT(q_trywait(&q, &job) == -1 && errno == EAGAIN);
  EXPECT(q_trypush(&q, set, &done) == 0);
  EXPECT(q_pool_create(tid, 1, q_job_seek, &q) == 0);
  for (int i = 0; i < 1000 && q_search(&q, set, &done); ++i)
    usleep(1000);
  EXPECT(q_pool_destroy(tid, 1) == 0);
  EXPECT(done == 1);
  EXPECT(q_free(&q) == 0);
}

static void trees_and_index(void)
{
  static char data[100000];
  unsigned char hash[HASHSIZE], alias[HASHSIZE];
  mtree_t tree;
  mdex_entry_t entry;
  mdex_t *index = mdex_init(0);
  EXPECT(index != NULL);
  EXPECT(mdex_add(index, data, sizeof data, NULL, 0) == 0);
  EXPECT(mtree_init(&tree, sizeof data) == 0);
  EXPECT(mtree_build(&tree, data, NULL) == 0);
  EXPECT(mtree_verify(&tree) == 0);
  EXPECT(mtree_nnode(&tree, 0) == tree.tree);
  EXPECT(mtree_child(&tree, 0) == 1);
  EXPECT(mtree_parent((size_t)2) == 0);
  EXPECT(mtree_subtree_data_min(4, 0) == 3);
  EXPECT(mtree_subtree_data_max(4, 0) == 6);
  EXPECT(mdex_tree_hash(hash, sizeof hash, &tree, 0) == 0);
  mdex_aliashash("name", alias, sizeof alias);
  EXPECT(mdex_alias(index, alias, sizeof alias, hash, sizeof hash) == 0);
  EXPECT(mdex_get(index, alias, sizeof alias, &entry) == 0);
  EXPECT(memcmp(alias, hash, sizeof hash) == 0);
  EXPECT(entry.type == (MDEX_PTR | MDEX_OTI));
  EXPECT(mdex_put(index, alias, 14, NULL) == 0);
  EXPECT(mdex_del(index, alias, 14) == 0);
  EXPECT(mdex_addfile(index, "/nonexistent", NULL, MDEX_ALIAS) == -1 &&
         errno == ENOENT);
  mdex_tree_hash_sb(hash, sizeof hash, &tree, 0, NULL, "name");
  mtree_free(&tree);
  mdex_free(index);
  index = mdex_init(1);
  EXPECT(mdex_hash_set(index, HASH_BLAKE2) == 0);
  mdex_free(index);
}

static void hashes(void)
{
  unsigned char hash[HASHSIZE];
  char hex[HEXLEN];
  struct in6_addr group;
  EXPECT(HASH_TYPE == HASH_BLAKE2 || HASH_TYPE == HASH_BLAKE3);
  EXPECT(hash_generic(hash, sizeof hash, hash, 0) == 0);
  EXPECT(hash_generic_key(hash, sizeof hash, hash, 0, hash, 1) == 0);
  EXPECT(strlen(hash_bin2hex(hex, sizeof hex, hash, sizeof hash)) == 64);
  lc_hashtoaddr(&group, hash, sizeof hash, LC_DEFAULT_FLAGS);
  EXPECT(group.s6_addr[0] == 0xff && group.s6_addr[2] == hash[0]);
}

static void contexts(void)
{
  unsigned char hash[HASHSIZE] = {0};
  size_t len = 0;
  struct stat sb;
  char src[] = "";
  lc_ctx_t *ctx = lc_ctx_new();
  EXPECT(ctx != NULL);
  lc_ctx_ifx(ctx, 0);
  lc_ctx_ratelimit(ctx, 1000000, 0);
  EXPECT(lc_sync(ctx, NULL, NULL, 0, NULL, NULL, NULL, 0) == -1);
  EXPECT(lc_syncfile(ctx, hash, NULL, NULL, NULL, NULL, 0) == -1);
  EXPECT(lc_syncfile_hash(ctx, src, "x", NULL, NULL, NULL, 0) == -1);
  EXPECT(errno == EINVAL);
  EXPECT(lc_share(ctx, NULL, 0, NULL, NULL, 0) == NULL);
  lc_unshare(NULL);
  lc_ctx_free(ctx);
  memset(&sb, 0, sizeof sb);
  EXPECT(lc_mmapfile("/", &len, PROT_READ, MAP_SHARED, 0, &sb) == MAP_FAILED);
  EXPECT(errno == EISDIR);
}

int main(void)
{
  queue();
  trees_and_index();
  hashes();
  contexts();
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
