/* SPDX-License-Identifier: BSD-3-Clause */
/* Shares files under their names until it is told to stop (Ctrl-C).
 *
 *   share INTERFACE FILE...
 *
 * Needs CAP_NET_RAW, to hear who asks: run it as root, or
 *   setcap cap_net_raw+ep share */
#define _POSIX_C_SOURCE 200809L
#include <librecast/mdex.h>
#include <librecast/net.h>

#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int complain(const char *what)
{
  fprintf(stderr, "share: %s: %s\n", what, strerror(errno));
  return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
  if (argc < 3) {
    fprintf(stderr, "usage: share INTERFACE FILE...\n");
    return 2;
  }
  const unsigned int interface = if_nametoindex(argv[1]);
  if (interface == 0)
    return complain(argv[1]);

  /* Blocked before anything starts a thread; waited for below. */
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  sigprocmask(SIG_BLOCK, &stop, NULL);

  mdex_t *index = mdex_init(0);
  if (!index)
    return complain("mdex_init");
  for (int i = 2; i < argc; ++i)
    if (mdex_addfile(index, argv[i], NULL, MDEX_ALIAS) == -1)
      return complain(argv[i]);

  lc_ctx_t *context = lc_ctx_new();
  if (!context)
    return complain("lc_ctx_new");
  lc_stat_t stats;
  memset(&stats, 0, sizeof stats);
  lc_share_t *share = lc_share(context, index, interface, &stats, NULL, 0);
  if (!share)
    return complain("lc_share");
  mdex_free(index); /* the share keeps what it needs */
  printf("sharing %d file(s)\n", argc - 2);
  fflush(stdout);

  int signal_number;
  sigwait(&stop, &signal_number);

  lc_unshare(share);
  lc_ctx_free(context);
  printf("sent %zu packets, %zu bytes of content\n", stats.pkts_io,
         stats.byt_info);
  return EXIT_SUCCESS;
}
