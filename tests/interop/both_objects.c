/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends or receives one object, or shares or syncs memory, by the librecast
 * API. Built with either library; each sends to each.
 *
 * usage: both_objects send|recv tree|chunk|dir|memory INTERFACE
 *
 * A sender goes on until SIGTERM. A receiver prints what it got. */
#define _GNU_SOURCE
#define HAVE_LIBLCRQ 1
#include <librecast.h>
#include <librecast/mdex.h>
#include <librecast/mtree.h>
#include <librecast/sync.h>
#include <errno.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { content_bytes = 163847, chunk_bytes = 20000 };

static lc_ctx_t *context;
static unsigned char channel[HASHSIZE];
static unsigned char data[content_bytes];
static const char *kind;

static void fill(void)
{
  uint32_t x = 0x12345678;
  for (size_t i = 0; i < sizeof data; ++i) {
    x = x * 1103515245u + 12345u;
    data[i] = (unsigned char)(x >> 16);
  }
}

static void say_hash(const char *what, const void *bytes, size_t length)
{
  unsigned char hash[HASHSIZE];
  hash_generic(hash, sizeof hash, (unsigned char *)bytes, length);
  printf("%s ", what);
  fflush(stdout);
  hash_hex_debug(stdout, hash, sizeof hash);
}

static int complain(const char *what)
{
  perror(what);
  return EXIT_FAILURE;
}

/* A listing of three hashes; the size is that of the whole object. */
static net_tree_t *listing(void)
{
  static const char name[] = "share";
  const size_t payload = sizeof name - 1 + 3 * HASHSIZE;
  /* librecast sends size bytes behind the header. */
  net_tree_t *dir = calloc(1, 2 * sizeof *dir + 2 * payload);
  if (!dir)
    exit(EXIT_FAILURE);
  dir->size = sizeof *dir + payload;
  dir->mode = S_IFDIR | 0755;
  dir->namesz = (uint16_t)((sizeof name - 1) << 8); /* big endian */
  memcpy(dir->tree, name, sizeof name - 1);
  memset(dir->tree + sizeof name - 1, 7, 3 * HASHSIZE);
  return dir;
}

static void *send_object(void *arg)
{
  if (strcmp(kind, "tree") == 0) {
    mtree_t tree;
    mtree_init(&tree, sizeof data);
    mtree_build(&tree, data, NULL);
    lc_sendtree(context, channel, &tree, NULL, NULL, 0);
    mtree_free(&tree);
  } else if (strcmp(kind, "chunk") == 0) {
    lc_sendchunk(context, channel, data, chunk_bytes, NULL, NULL, 0);
  } else {
    lc_senddir(context, channel, listing(), NULL, NULL, 0);
  }
  perror("sending ended");
  return arg;
}

static void wait_for_sigterm(void)
{
  sigset_t set;
  int number;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, NULL);
  printf("ready\n");
  fflush(stdout);
  sigwait(&set, &number);
}

static int send_until_sigterm(void)
{
  pthread_t thread;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (pthread_create(&thread, NULL, send_object, NULL) != 0)
    return complain("pthread_create");
  wait_for_sigterm();
  void *result = NULL;
  pthread_cancel(thread);
  pthread_join(thread, &result);
  printf("cancelled: %d\n", result == PTHREAD_CANCELED);
  return EXIT_SUCCESS;
}

static int share_memory(void)
{
  mdex_t *index = mdex_init(0);
  lc_stat_t stats;
  memset(&stats, 0, sizeof stats);
  if (mdex_add(index, data, sizeof data, NULL, 0) != 0)
    return complain("mdex_add");
  lc_share_t *share = lc_share(context, index, 0, &stats, NULL, 0);
  if (!share)
    return complain("lc_share");
  wait_for_sigterm();
  lc_unshare(share);
  printf("bytes sent: %d\n", stats.byt_info > 0);
  return EXIT_SUCCESS;
}

static int sync_memory(void)
{
  static unsigned char copy[content_bytes];
  unsigned char key[HASHSIZE];
  lc_stat_t stats;
  mtree_t tree;
  mtree_init(&tree, sizeof data);
  mtree_build(&tree, data, NULL);
  mdex_tree_hash(key, sizeof key, &tree, 0);
  memcpy(copy, data, sizeof copy);
  copy[40000] ^= 1; /* two of six chunks differ */
  copy[163846] ^= 1;
  memset(&stats, 0, sizeof stats);
  ssize_t bytes =
      lc_sync(context, key, copy, sizeof copy, NULL, &stats, NULL, 0);
  if (bytes == -1)
    return complain("lc_sync");
  printf("lc_sync: %zd bytes, equal: %d\n", bytes,
         memcmp(copy, data, sizeof copy) == 0);
  bytes = lc_sync(context, key, copy, sizeof copy, NULL, &stats, NULL, 0);
  printf("lc_sync again: %zd bytes\n", bytes);
  return EXIT_SUCCESS;
}

static int receive(void)
{
  ssize_t bytes;
  if (strcmp(kind, "memory") == 0)
    return sync_memory();
  if (strcmp(kind, "tree") == 0) {
    mtree_t tree;
    bytes = lc_recvtree(context, channel, &tree, NULL, NULL, 0);
    if (bytes == -1)
      return complain("lc_recvtree");
    printf("lc_recvtree: %zd bytes, len %zu base %zu chunks %zu nodes %zu\n",
           bytes, tree.len, tree.base, tree.chunks, tree.nodes);
    printf("verify: %d\n", mtree_verify(&tree));
    say_hash("tree", tree.tree, tree.nodes * HASHSIZE);
    mtree_free(&tree);
  } else if (strcmp(kind, "chunk") == 0) {
    unsigned char chunk[chunk_bytes];
    bytes = lc_recvchunk(context, channel, chunk, sizeof chunk, NULL, NULL, 0);
    if (bytes == -1)
      return complain("lc_recvchunk");
    printf("lc_recvchunk: %zd bytes\n", bytes);
    say_hash("chunk", chunk, sizeof chunk);
  } else {
    net_tree_t *dir = NULL;
    bytes = lc_recvdir(context, channel, &dir, NULL, NULL, 0);
    if (bytes == -1)
      return complain("lc_recvdir");
    printf("lc_recvdir: %zd bytes, size %llu name %.*s\n", bytes,
           (unsigned long long)dir->size, (int)dir->namesz,
           (const char *)dir->tree);
    say_hash("listing", dir->tree + dir->namesz, 3 * HASHSIZE);
    free(dir);
  }
  return EXIT_SUCCESS;
}

static void deadline_reached(int number)
{
  static const char message[] = "both_objects: timed out\n";
  (void)number;
  (void)!write(STDERR_FILENO, message, sizeof message - 1);
  _exit(5);
}

int main(int argc, char *argv[])
{
  if (argc != 4)
    return 2;
  kind = argv[2];
  fill();
  hash_generic(channel, sizeof channel, (unsigned char *)kind, strlen(kind));
  context = lc_ctx_new();
  if (!context)
    return complain("lc_ctx_new");
  lc_ctx_ifx(context, if_nametoindex(argv[3]));
  int result;
  if (strcmp(argv[1], "recv") == 0) {
    signal(SIGALRM, deadline_reached);
    alarm(30);
    result = receive();
  } else if (strcmp(kind, "memory") == 0) {
    result = share_memory();
  } else {
    result = send_until_sigterm();
  }
  fflush(stdout);
  _exit(result); /* librecast's clean-up is not what is tested here */
}
