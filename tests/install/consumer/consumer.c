/* SPDX-License-Identifier: BSD-3-Clause */
/* Puts itself into an index, as a program that shares files does. */
#include <librecast/mdex.h>
#include <librecast/net.h>

#include <stdio.h>

int main(int argc, char *argv[])
{
  lc_ctx_t *ctx = lc_ctx_new();
  mdex_t *mdex = mdex_init(0);
  if (!ctx || !mdex || argc != 1) {
    perror("consumer");
    return 1;
  }
  if (mdex_addfile(mdex, argv[0], NULL, 0) == -1) {
    perror(argv[0]);
    return 1;
  }
  puts("1 file indexed");
  mdex_free(mdex);
  lc_ctx_free(ctx);
  return 0;
}
