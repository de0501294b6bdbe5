/* SPDX-License-Identifier: BSD-3-Clause */
/* Gets a file that somebody shares, or only what changed of it.
 *
 *   sync INTERFACE NAME DESTINATION
 *
 * The destination never shows half a file. Needs no privileges. */
#define _POSIX_C_SOURCE 200809L
#include <librecast/sync.h>

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int complain(const char *what)
{
  fprintf(stderr, "sync: %s: %s\n", what, strerror(errno));
  return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
  if (argc != 4) {
    fprintf(stderr, "usage: sync INTERFACE NAME DESTINATION\n");
    return 2;
  }
  const unsigned int interface = if_nametoindex(argv[1]);
  if (interface == 0)
    return complain(argv[1]);

  lc_ctx_t *context = lc_ctx_new();
  if (!context)
    return complain("lc_ctx_new");
  lc_ctx_ifx(context, interface);

  lc_stat_t stats;
  memset(&stats, 0, sizeof stats);
  const ssize_t result =
      lc_syncfile_hash(context, argv[2], argv[3], NULL, &stats, NULL,
                       SYNC_MODE | SYNC_MTIME);
  if (result == -1)
    complain(argv[2]); /* ETIMEDOUT: nobody shares it, or nobody is heard */
  else
    printf("received %zu of %zu chunks, %zu bytes\n", stats.chunks_io,
           stats.chunks_tot, stats.byt_info);
  lc_ctx_free(context);
  return result == -1 ? EXIT_FAILURE : EXIT_SUCCESS;
}
