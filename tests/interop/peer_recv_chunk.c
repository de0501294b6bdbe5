/* SPDX-License-Identifier: BSD-3-Clause */
/* Receives the one chunk of a file that somebody shares with the librecast
 * library, and compares it with a copy of that file.
 *
 * usage: peer_recv_chunk INTERFACE COPY SECONDS */
#define _GNU_SOURCE
#define HAVE_LIBLCRQ 1 /* declares the network functions of sync.h */
#include <librecast.h>
#include <librecast/crypto.h>
#include <librecast/sync.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "peer_key.h"

static int complain(const char* what)
{
  perror(what);
  return EXIT_FAILURE;
}

int main(int argc, char* argv[])
{
  static unsigned char wanted[32768], got[2 * 32768], key[128], hash[32];
  if (argc != 4) {
    fprintf(stderr, "usage: peer_recv_chunk INTERFACE COPY SECONDS\n");
    return 2;
  }
  FILE* file = fopen(argv[2], "rb");
  if (!file)
    return complain(argv[2]);
  size_t length = fread(wanted, 1, sizeof wanted, file);
  fclose(file);
  alarm((unsigned int)atoi(argv[3])); /* that library may wait for ever */

  lc_ctx_t* context = lc_ctx_new();
  if (!context)
    return complain("librecast");
  lc_ctx_ifx(context, if_nametoindex(argv[1]));
  if (use_key(context, key) != 0)
    return complain("PEER_KEYFILE");
  hash_generic(hash, sizeof hash, wanted, length);
  lc_stat_t statistics;
  memset(&statistics, 0, sizeof statistics);
  ssize_t result =
      lc_recvchunk(context, hash, got, length, &statistics, NULL, 0);
  if (result == -1)
    return complain("lc_recvchunk");
  printf("librecast received %zd bytes, %s\n", result,
         memcmp(wanted, got, length) == 0 ? "the same" : "others");
  fflush(stdout);
  _exit(memcmp(wanted, got, length) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
