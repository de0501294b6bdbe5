/* SPDX-License-Identifier: BSD-3-Clause */
/* Shares one file or directory with the librecast library until SIGTERM or SIGINT.
 *
 * usage: peer_share INTERFACE PATH
 *
 * Prints "ready" once it listens. One path only: with several, that library
 * opens all of them below the folder of the last. */
#define _GNU_SOURCE
#define HAVE_LIBLCRQ 1 /* declares the network functions of sync.h */
#include <librecast.h>
#include <librecast/mdex.h>
#include <librecast/sync.h>
#include <net/if.h>
#include <signal.h>
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
  if (argc != 3) {
    fprintf(stderr, "usage: peer_share INTERFACE FILE\n");
    return 2;
  }
  unsigned int interface = if_nametoindex(argv[1]);
  if (interface == 0)
    return complain(argv[1]);

  /* Blocked here, so in the threads of the library too; see sigwait below. */
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigprocmask(SIG_BLOCK, &stop, NULL);

  lc_ctx_t* context = lc_ctx_new();
  mdex_t* index = mdex_init(0);
  if (!context || !index)
    return complain("librecast");
  lc_ctx_ifx(context, interface);
  static unsigned char key[128];
  if (use_key(context, key) != 0)
    return complain("PEER_KEYFILE");
  if (mdex_addfile(index, argv[2], NULL, MDEX_ALIAS | MDEX_RECURSE) != 0)
    return complain(argv[2]);

  lc_stat_t statistics;
  memset(&statistics, 0, sizeof statistics);
  lc_share_t* share = lc_share(context, index, interface, &statistics, NULL, 0);
  if (!share)
    return complain("lc_share");
  puts("ready");
  fflush(stdout);

  int signal_number;
  sigwait(&stop, &signal_number);
  printf("%zu packets sent\n", statistics.pkts_io);
  fflush(stdout);
  _exit(EXIT_SUCCESS); /* its clean-up is not what is tested here */
}
