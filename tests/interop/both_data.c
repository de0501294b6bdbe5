/* SPDX-License-Identifier: BSD-3-Clause */
/* What a program can do with the librecast API without a network. Built with
 * either library; the two outputs are compared line by line.
 *
 * usage: both_data EMPTY-DIRECTORY */
#define _GNU_SOURCE
#define HAVE_LIBLCRQ 1
#include <librecast.h>
#include <librecast/mdex.h>
#include <librecast/mtree.h>
#include <librecast/q.h>
#include <librecast/sync.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void fill(unsigned char *data, size_t length)
{
  uint32_t x = 0x12345678;
  for (size_t i = 0; i < length; ++i) {
    x = x * 1103515245u + 12345u;
    data[i] = (unsigned char)(x >> 16);
  }
}

static unsigned char *content(size_t length)
{
  unsigned char *data = malloc(length + 1);
  if (!data)
    exit(EXIT_FAILURE);
  fill(data, length);
  return data;
}

static void say_hash(const char *what, const unsigned char *hash, size_t length)
{
  printf("%s ", what);
  fflush(stdout);
  hash_hex_debug(stdout, (unsigned char *)hash, length);
}

static void say(const char *what, long long result)
{
  printf("%s: %lld", what, result);
  if (result == -1)
    printf(" %s", strerror(errno));
  printf("\n");
}

static void write_file(const char *path, const void *data, size_t length)
{
  FILE *file = fopen(path, "w");
  if (!file || (length > 0 && fwrite(data, 1, length, file) != length))
    exit(EXIT_FAILURE);
  fclose(file);
}

static int holds(const char *path, const void *data, size_t length)
{
  unsigned char *got = malloc(length + 1);
  FILE *file = fopen(path, "r");
  const size_t bytes = file ? fread(got, 1, length + 1, file) : 0;
  const int same = file && bytes == length && memcmp(got, data, length) == 0;
  if (file)
    fclose(file);
  free(got);
  return same;
}

/* ---- the index ---------------------------------------------------------- */

static void index_by_hand(void)
{
  unsigned char a[HASHSIZE], b[HASHSIZE], key[HASHSIZE];
  mdex_entry_t entry;
  char text[] = "some bytes";
  mdex_t *index = mdex_init(0);
  hash_generic(a, sizeof a, (unsigned char *)"a", 1);
  hash_generic(b, sizeof b, (unsigned char *)"b", 1);

  memset(&entry, 0, sizeof entry);
  entry.type = MDEX_PTR;
  entry.ptr.size = sizeof text;
  entry.ptr.data = text;
  say("put", mdex_put(index, a, sizeof a, &entry));
  memset(&entry, 0, sizeof entry);
  memcpy(key, a, sizeof key);
  say("get by 14 bytes", mdex_get(index, key, 14, &entry));
  printf("type %d size %zu text %s\n", entry.type, entry.ptr.size,
         entry.type == MDEX_PTR ? (char *)entry.ptr.data : "?");
  memcpy(key, b, sizeof key);
  say("get what is not there", mdex_get(index, key, 14, &entry));
  say("alias", mdex_alias(index, b, sizeof b, a, sizeof a));
  memset(&entry, 0, sizeof entry);
  say("get the alias by 14 bytes", mdex_get(index, key, 14, &entry));
  printf("is overwritten: %d type %d\n", memcmp(key, a, 14) == 0, entry.type);
  key[0] ^= 1;
  say("alias for nothing", mdex_alias(index, a, sizeof a, key, sizeof key));
  say("put a key alone", mdex_put(index, key, sizeof key, NULL));
  entry.type = 77;
  say("get the key", mdex_get(index, key, sizeof key, &entry));
  printf("entry untouched: %d\n", entry.type == 77);
  say("get without entry", mdex_get(index, key, sizeof key, NULL));
  say("put without hash", mdex_put(index, NULL, 5, NULL));
  say("get no bytes", mdex_get(index, key, 0, NULL));
  say("files", (long long)index->files);
  mdex_free(index);
}

static void say_entry(mdex_t *index, const char *path)
{
  mdex_entry_t entry;
  memset(&entry, 0, sizeof entry);
  printf("%s", strrchr(path, '/'));
  if (mdex_getalias(index, path, &entry) != 0) {
    printf(" is not there: %s\n", strerror(errno));
    return;
  }
  printf(" type %x", (unsigned int)entry.type);
  if (entry.type & MDEX_PTR)
    printf(" bytes %zu", entry.ptr.size);
  else
    printf(" entries %zu name %s", entry.file.size, entry.file.file.name);
  printf("\n");
}

static void index_of_directory(const char *path, int flags)
{
  char name[4200];
  static const char *const names[] = {"", "/file", "/empty", "/link", "/sub",
                                      "/sub/one", "/sub/deep/two", "/none"};
  mdex_t *index = mdex_init(0);
  say("addfile of a directory", mdex_addfile(index, path, NULL, flags));
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
    snprintf(name, sizeof name, "%s%s", path, names[i]);
    say_entry(index, name);
  }
  printf("basedir is %d, rootdir is its parent: %d\n",
         strcmp(index->basedir, path),
         strncmp(index->rootdir, path, index->rootdirlen));
  say("files", (long long)index->files);
  mdex_free(index);
}

static void index_of_memory(void)
{
  unsigned char key[HASHSIZE];
  const size_t length = 98309;
  unsigned char *data = content(length);
  mdex_entry_t entry;
  mtree_t tree;
  mdex_t *index = mdex_init(10);
  say("add", mdex_add(index, data, length, NULL, 0));
  mtree_init(&tree, length);
  mtree_build(&tree, data, NULL);
  say("tree hash", mdex_tree_hash(key, sizeof key, &tree, 0));
  say_hash("tree hash", key, sizeof key);
  memset(&entry, 0, sizeof entry);
  say("get the tree", mdex_get(index, key, 14, &entry));
  printf("type %x bytes %zu\n", (unsigned int)entry.type, entry.ptr.size);
  for (size_t i = 0; i < tree.chunks; ++i) {
    memcpy(key, mtree_nnode(&tree, tree.base - 1 + i), sizeof key);
    say("get a chunk", mdex_get(index, key, 14, &entry));
    printf("type %x bytes %zu at %td\n", (unsigned int)entry.type,
           entry.ptr.size, (unsigned char *)entry.ptr.data - data);
  }
  memcpy(key, mtree_nnode(&tree, tree.base + 1), sizeof key);
  say("del by 14 bytes", mdex_del(index, key, 14));
  say("get what was deleted", mdex_get(index, key, sizeof key, NULL));
  say("del again", mdex_del(index, key, 14));
  say("del no bytes", mdex_del(index, key, 0));
  mtree_free(&tree);
  mdex_free(index);
  free(data);
}

/* ---- trees -------------------------------------------------------------- */

static void trees(void)
{
  static const size_t lengths[] = {0, 1, 32767, 32768, 32769, 163847, 1048577};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; ++i) {
    const size_t length = lengths[i];
    unsigned char *data = content(length);
    mtree_t one, two;
    printf("%zu bytes\n", length);
    say("init", mtree_init(&one, length));
    mtree_init(&two, length);
    say("build", mtree_build(&one, data, NULL));
    printf("len %zu base %zu chunks %zu nodes %zu\n", one.len, one.base,
           one.chunks, one.nodes);
    if (length > 0)
      say_hash("root", mtree_nnode(&one, 0), HASHSIZE);
    say("verify", mtree_verify(&one));
    if (length > 0)
      data[length / 2] ^= 1;
    mtree_build(&two, data, NULL);
    unsigned char *map = mtree_diff_map(&one, &two);
    if (map)
      mtree_printmap(map, one.chunks, stdout);
    else
      printf("no difference\n");
    free(map);
    if (one.nodes > 1) {
      mtree_nnode(&one, 0)[3] ^= 1;
      say("verify a wrong tree", mtree_verify(&one));
    }
    printf("child %zu %zu\n", mtree_child(&one, 0),
           mtree_child(&one, one.nodes - 1));
    say("no such node", mtree_nnode(&one, one.nodes) ? 0 : -1);
    printf("leaves %zu %zu\n", mtree_subtree_data_min(one.base, 0),
           mtree_subtree_data_max(one.base, 0));
    mtree_free(&one);
    mtree_free(&two);
    free(data);
  }
}

/* ---- queue and pool ------------------------------------------------------ */

static int done;
static void *count(void *arg)
{
  __atomic_add_fetch((int *)arg, 1, __ATOMIC_SEQ_CST);
  return arg;
}

static void queues(void)
{
  static q_t q;
  q_job_t job;
  pthread_t threads[3];
  say("q_init", q_init(&q));
  say("nothing to take", q_trywait(&q, &job));
  say("q_push", q_push(&q, count, &done));
  say("q_wait", q_wait(&q, &job));
  printf("the same job: %d\n", job.f == count && job.arg == &done);
  for (int i = 0; i < 65535; ++i)
    if (q_trypush(&q, count, &done) != 0)
      say("filled too early", i);
  say("a full queue", q_trypush(&q, count, &done));
  say("pool", q_pool_create(threads, 3, &q_job_seek, &q));
  for (int i = 0; i < 10000 &&
                  __atomic_load_n(&done, __ATOMIC_SEQ_CST) < 65535; ++i)
    usleep(1000);
  say("jobs done", done);
  say("pool ended", q_pool_destroy(threads, 3));
  say("q_free", q_free(&q));
  say("no queue", q_push(NULL, count, &done));
}

/* ---- local sync ---------------------------------------------------------- */

static void local(const char *directory)
{
  const size_t length = 200000;
  unsigned char *data = content(length), *copy = content(length);
  char source[4200], destination[4200];
  lc_stat_t stats;
  memset(&stats, 0, sizeof stats);
  copy[100] ^= 1;
  copy[199999] ^= 1;
  say("memsync", lc_memsync(copy, data, length, NULL, &stats, NULL, 0));
  printf("equal: %d, bytes copied: %zu\n", memcmp(copy, data, length) == 0,
         stats.byt_info);
  say("memsync of nothing", lc_memsync(copy, data, 0, NULL, NULL, NULL, 0));

  snprintf(source, sizeof source, "%s/local", directory);
  snprintf(destination, sizeof destination, "%s/copy", directory);
  write_file(source, data, length);
  memset(&stats, 0, sizeof stats);
  say("syncfilelocal",
      lc_syncfilelocal(destination, source, NULL, &stats, NULL, 0));
  printf("equal: %d, bytes copied: %zu\n", holds(destination, data, length),
         stats.byt_info);
  memset(&stats, 0, sizeof stats);
  say("syncfilelocal again",
      lc_syncfilelocal(destination, source, NULL, &stats, NULL, 0));
  printf("bytes copied again: %zu\n", stats.byt_info);
  snprintf(destination, sizeof destination, "%s/into", directory);
  mkdir(destination, 0755);
  say("syncfilelocal into a directory",
      lc_syncfilelocal(destination, source, NULL, NULL, NULL, 0));
  snprintf(destination, sizeof destination, "%s/into/local", directory);
  printf("equal: %d\n", holds(destination, data, length));
  write_file(source, data, 0);
  snprintf(destination, sizeof destination, "%s/none", directory);
  printf("syncfilelocal of an empty file returns 0: %d\n",
         lc_syncfilelocal(destination, source, NULL, NULL, NULL, 0) == 0);
  printf("equal: %d\n", holds(destination, data, 0));
  strcat(source, "-absent");
  say("syncfilelocal of what is not there",
      lc_syncfilelocal(destination, source, NULL, NULL, NULL, 0));
  free(data);
  free(copy);
}

static void mapped_files(const char *directory)
{
  char path[4200];
  struct stat sb;
  size_t length = 0;
  snprintf(path, sizeof path, "%s/mapped", directory);
  write_file(path, "abc", 3);
  memset(&sb, 0, sizeof sb);
  char *map = lc_mmapfile(path, &length, PROT_READ, MAP_PRIVATE, 0, &sb);
  printf("mapped: %d, %zu bytes, st_size %lld\n",
         map != MAP_FAILED && memcmp(map, "abc", 3) == 0, length,
         (long long)sb.st_size);
  munmap(map, length);
  memset(&sb, 0, sizeof sb);
  say("map a directory",
      lc_mmapfile(directory, &length, PROT_READ, MAP_PRIVATE, 0, &sb) ==
              MAP_FAILED
          ? -1
          : 0);
}

/* ---- RaptorQ ------------------------------------------------------------- */

static void raptorq(void)
{
  static const uint64_t lengths[] = {1, 1000, 1024, 1025, 32768, 98309};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; ++i) {
    const size_t length = (size_t)lengths[i];
    unsigned char *data = content(length), symbol[1024], hash[HASHSIZE];
    rq_oti_t oti = 0;
    rq_scheme_t scheme = 0;
    rq_t *rq = rq_init(length, 1024);
    say("rq_encode", rq_encode(rq, data, length));
    printf("F %llu T %u Z %u N %u Al %u K %u K' %u\n",
           (unsigned long long)rq_F(rq), (unsigned int)rq_T(rq),
           (unsigned int)rq_Z(rq), (unsigned int)rq_N(rq),
           (unsigned int)rq_Al(rq), (unsigned int)rq_K(rq),
           (unsigned int)rq_KP(rq));
    say("rq_oti", rq_oti(rq, &oti, &scheme));
    say_hash("oti", (unsigned char *)&oti, sizeof oti);
    say_hash("scheme", (unsigned char *)&scheme, sizeof scheme);
    printf("F %llu T %u Z %u N %u Al %u\n", (unsigned long long)rq_oti_F(oti),
           (unsigned int)rq_oti_T(oti), (unsigned int)rq_oti_Z(scheme),
           (unsigned int)rq_oti_N(scheme), (unsigned int)rq_oti_Al(scheme));
    const uint32_t k = rq_K(rq), count = k + 5 + rq_KP(rq) - k;
    unsigned char *symbols = malloc((size_t)count * 1024);
    unsigned char *decoded = malloc((size_t)rq_KP(rq) * 1024);
    uint32_t *ids = malloc(count * sizeof *ids);
    for (uint32_t n = 0; n < count; ++n) {
      ids[n] = k / 2 + n; /* half of the source symbols are lost */
      rq_pid_t pid = rq_pidset(0, ids[n]);
      if (!rq_symbol(rq, &pid, symbol, 0))
        printf("no symbol\n");
      memcpy(symbols + (size_t)n * 1024, symbol, sizeof symbol);
    }
    hash_generic(hash, sizeof hash, symbols, (size_t)count * 1024);
    say_hash("symbols", hash, sizeof hash);
    rq_t *decoder = rq_init(length, 1024);
    say("rq_decode", rq_decode(decoder, decoded, symbols, ids, count));
    printf("equal: %d\n", memcmp(decoded, data, length) == 0);
    rq_pid_t pid = rq_pidset(0, 0);
    rq_symbol(rq, &pid, symbol, RQ_RAND);
    printf("random: %d\n", rq_pid2esi(pid) >= k && (rq_pid2sbn(pid)) == 0);
    rq_free(decoder);
    rq_free(rq);
    free(ids);
    free(decoded);
    free(symbols);
    free(data);
  }
}

int main(int argc, char *argv[])
{
  if (argc != 2)
    return 2;
  char path[4100];
  unsigned char root[HASHSIZE];
  struct stat sb;
  setvbuf(stdout, NULL, _IOLBF, 0);
  umask(022);
  index_by_hand();
  index_of_memory();
  snprintf(path, sizeof path, "%s/tree", argv[1]);
  index_of_directory(path, MDEX_RECURSE | MDEX_ALIAS);
  index_of_directory(path, MDEX_ALIAS);
  say("root of a directory", mdex_get_directory_root(path, root));
  say_hash("root", root, sizeof root);
  memset(&sb, 0, sizeof sb);
  sb.st_mode = 0100644;
  mdex_hash_t listing[2];
  memset(listing, 5, sizeof listing);
  mdex_hash_entry(root, sizeof root, "a/b", &sb, listing, 2);
  say_hash("hash_entry", root, sizeof root);
  trees();
  queues();
  local(argv[1]);
  mapped_files(argv[1]);
  raptorq();
  return 0;
}
