/* SPDX-License-Identifier: BSD-3-Clause */
/* Gives a librecast context the key in the file that $PEER_KEYFILE names, as
 * librecast's own lcsync does with --keyfile. Without it nothing happens. */
#ifndef PEER_KEY_H
#define PEER_KEY_H
#include <librecast.h>
#include <stdio.h>
#include <stdlib.h>

/** 0, or -1 when there is a name but no key; `key` stays in use. */
static int use_key(lc_ctx_t* context, unsigned char key[128])
{
  const char* path = getenv("PEER_KEYFILE");
  if (!path)
    return 0;
  FILE* file = fopen(path, "rb");
  if (!file)
    return -1;
  size_t length = fread(key, 1, 128, file);
  fclose(file);
  if (length != 128)
    return -1;
  lc_ctx_set_sym_key(context, key, 128);
  lc_ctx_coding_set(context, LC_CODE_SYMM);
  return 0;
}

#endif
