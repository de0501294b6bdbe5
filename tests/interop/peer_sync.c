/* SPDX-License-Identifier: BSD-3-Clause */
/* Syncs one file or directory with the librecast library.
 *
 * usage: peer_sync INTERFACE NAME DEST SECONDS [archive]
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

#include "peer_key.h"

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
  if (argc != 5 && argc != 6) {
    fprintf(stderr, "usage: peer_sync INTERFACE NAME DEST SECONDS [archive]\n");
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
  static unsigned char key[128];
  if (use_key(context, key) != 0)
    return complain("PEER_KEYFILE");
  /* Of the times both: of one alone that library sets the other to 1970. */
  /* Of the times both: of one alone that library sets the other to 1970. */
  const int flags = argc == 6 ? SYNC_RECURSE | SYNC_OWNER | SYNC_GROUP |
                                    SYNC_MODE | SYNC_MTIME | SYNC_ATIME
                              : 0;
  lc_stat_t statistics;
  memset(&statistics, 0, sizeof statistics);
  ssize_t result = lc_syncfile_hash(context, argv[2], argv[3], NULL,
                                    &statistics, NULL, flags);
  if (result == -1)
    return complain("lc_syncfile_hash");
  printf("synced by librecast: %zu bytes of content received\n",
         statistics.byt_info);
  fflush(stdout);
  _exit(EXIT_SUCCESS); /* its clean-up is not what is tested here */
}
