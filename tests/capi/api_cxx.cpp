// SPDX-License-Identifier: BSD-3-Clause
// A C++11 program that includes every header and links.
#include <librecast.h>
#include <librecast/crypto.h>
#include <librecast/mdex.h>
#include <librecast/mtree.h>
#include <librecast/net.h>
#include <librecast/q.h>
#include <librecast/sync.h>
#include <librecast/types.h>

#include <cstdlib>
#include <memory>

int main() {
  const std::unique_ptr<lc_ctx_t, decltype(&lc_ctx_free)> ctx{lc_ctx_new(),
                                                              lc_ctx_free};
  const std::unique_ptr<mdex_t, decltype(&mdex_free)> index{mdex_init(0),
                                                            mdex_free};
  unsigned char hash[HASHSIZE];
  mdex_entry_t entry = {};
  mdex_aliashash("name", hash, sizeof(hash));
  const bool found = mdex_get(index.get(), hash, sizeof(hash), &entry) == 0;
  return ctx && index && !found ? EXIT_SUCCESS : EXIT_FAILURE;
}
