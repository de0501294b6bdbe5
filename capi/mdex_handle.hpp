// SPDX-License-Identifier: BSD-3-Clause
// What an mdex_t* points at: the public structure, and the index behind it.
#pragma once

#include "capi/handle.hpp"
#include "capi/mdex_index.hpp"
#include "capi/tree_work.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace troupe::capi {

struct mdex_handle : mdex_s {
  mdex_handle() : mdex_s{} {}

  std::shared_ptr<mdex_index> index =
      std::make_shared<mdex_index>(default_hash_type());
  std::mutex paths;         ///< around the following, basedir and rootdir
  std::string basedir_text; ///< what basedir and rootdir point at
  std::string rootdir_text;
  std::vector<std::string> roots; ///< of all that was added, the latest last
  lifetime life;
};

/// Precondition of all: mdex came from mdex_init.
inline mdex_handle& handle_of(mdex_t* mdex) {
  return static_cast<mdex_handle&>(*mdex);
}
inline mdex_index& index_of(mdex_t* mdex) { return *handle_of(mdex).index; }

/// Adds to mdex->files.
inline void count_files(mdex_t* mdex, std::size_t count) {
  __atomic_fetch_add(&mdex->files, count, __ATOMIC_RELAXED);
}

/// Takes one off mdex->files, if any is left.
inline void uncount_file(mdex_t* mdex) {
  auto count = __atomic_load_n(&mdex->files, __ATOMIC_RELAXED);
  while (count > 0 && !__atomic_compare_exchange_n(
                          &mdex->files, &count, count - 1, true,
                          __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
}

} // namespace troupe::capi
