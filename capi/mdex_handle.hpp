// SPDX-License-Identifier: BSD-3-Clause
// What an mdex_t* points at: the public structure, and the index behind it.
#pragma once

#include "capi/mdex_index.hpp"
#include "capi/tree_work.hpp"

#include <memory>
#include <string>

namespace troupe::capi {

struct mdex_handle : mdex_s {
  mdex_handle() : mdex_s{} {}

  std::shared_ptr<mdex_index> index =
      std::make_shared<mdex_index>(default_hash_type());
  std::string basedir_text; ///< what basedir and rootdir point at
  std::string rootdir_text;
};

/// Precondition of all: mdex came from mdex_init.
inline mdex_handle& handle_of(mdex_t* mdex) {
  return static_cast<mdex_handle&>(*mdex);
}
inline mdex_index& index_of(mdex_t* mdex) { return *handle_of(mdex).index; }

/// Brings mdex->files up to date.
inline void count_files(mdex_t* mdex) {
  __atomic_store_n(&mdex->files, index_of(mdex).files(), __ATOMIC_RELAXED);
}

} // namespace troupe::capi
