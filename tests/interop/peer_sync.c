/* SPDX-License-Identifier: BSD-3-Clause */
/* Syncs one file with the librecast library.
 *
 * usage: peer_sync INTERFACE NAME DEST SECONDS
 *
 * That library waits for ever when a join gets lost, so the call has a
 * deadline: exit code 5 when it was reached. */
#define _GNU_SOURCE
#define HAVE_LIBLCRQ 1 /* declares the network functions of sync.h */
#include <librecast.h>
#include <librecast/sync.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void deadline_reached(int signal_number)
{
  static const char message[] = "peer_sync: timed out\n";
  (void)signal_number;
  (void)!write(STDERR_FILENO, message, sizeof message - 1);
  _exit(5);
}

static int complain(const char* what)
{
  perror(what);
  return EXIT_FAILURE;
}

int main(int argc, char* argv[])
{
  if (argc != 5) {
    fprintf(stderr, "usage: peer_sync INTERFACE NAME DEST SECONDS\n");
    return 2;
  }
  unsigned int interface = if_nametoindex(argv[1]);
  if (interface == 0)
    return complain(argv[1]);
  signal(SIGALRM, deadline_reached);
  alarm((unsigned int)atoi(argv[4]));

  lc_ctx_t* context = lc_ctx_new();
  if (!context)
    return complain("librecast");
  lc_ctx_ifx(context, interface);
  lc_stat_t statistics;
  memset(&statistics, 0, sizeof statistics);
  ssize_t result = lc_syncfile_hash(context, argv[2], argv[3], NULL,
                                    &statistics, NULL, 0);
  if (result == -1)
    return complain("lc_syncfile_hash");
  printf("synced by librecast: %zu bytes of content received\n",
         statistics.byt_info);
  fflush(stdout);
  _exit(EXIT_SUCCESS); /* its clean-up is not what is tested here */
}
