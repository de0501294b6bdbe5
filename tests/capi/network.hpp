// SPDX-License-Identifier: BSD-3-Clause
// One host that shares with itself: what the tests with sockets start from.
#pragma once

#include "tests/capi/vectors.hpp"
#include "tests/support/catch.hpp"

#include <librecast.h>
#include <librecast/mdex.h>
#include <librecast/mtree.h>
#include <librecast/sync.h>

#include <net/if.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>

namespace capi_test {

inline unsigned int interface_index() {
  const auto* name = std::getenv("TROUPE_TEST_INTERFACE");
  REQUIRE(name != nullptr); // the test runs by in_namespace.sh
  const auto index = if_nametoindex(name);
  REQUIRE(index != 0);
  return index;
}

struct free_context {
  void operator()(lc_ctx_t* ctx) const { lc_ctx_free(ctx); }
};
using context_ptr = std::unique_ptr<lc_ctx_t, free_context>;
inline context_ptr make_context() {
  context_ptr ctx{lc_ctx_new()};
  REQUIRE(ctx);
  lc_ctx_ifx(ctx.get(), interface_index());
  return ctx;
}

struct end_share {
  void operator()(lc_share_t* share) const { lc_unshare(share); }
};
using share_ptr = std::unique_ptr<lc_share_t, end_share>;

/// Shares what `fill` puts into an index, until the result goes.
inline share_ptr share_all(lc_ctx_t* ctx,
                           const std::function<void(mdex_t*)>& fill,
                           lc_stat_t* stats = nullptr) {
  auto* index = mdex_init(0);
  REQUIRE(index != nullptr);
  fill(index);
  errno = 0;
  share_ptr share{lc_share(ctx, index, interface_index(), stats, nullptr,
                           LC_SHARE_LOOPBACK)};
  INFO(std::strerror(errno));
  REQUIRE(share);
  mdex_free(index); // the share keeps what it needs
  return share;
}

inline std::function<void(mdex_t*)> file(const std::string& path) {
  return [path](mdex_t* index) {
    REQUIRE(mdex_addfile(index, path.c_str(), nullptr, MDEX_ALIAS) == 0);
  };
}

/// Memory that `content` keeps; returns the hash it is reached by.
inline bytes tree_hash(bytes& content) {
  mtree_t tree;
  bytes hash(HASHSIZE);
  REQUIRE(mtree_init(&tree, content.size()) == 0);
  REQUIRE(mtree_build(&tree, content.data(), nullptr) == 0);
  REQUIRE(mdex_tree_hash(hash.data(), hash.size(), &tree, 0) == 0);
  mtree_free(&tree);
  return hash;
}
inline std::function<void(mdex_t*)> memory(bytes& content) {
  return [&content](mdex_t* index) {
    REQUIRE(mdex_add(index, content.data(), content.size(), nullptr, 0) == 0);
  };
}

/// lc_sync from this host; options only where a test is about silence.
inline ssize_t sync(lc_ctx_t* ctx, const bytes& hash, bytes& into,
                    lc_stat_t* stats = nullptr, q_t* q = nullptr) {
  errno = 0;
  return lc_sync(ctx, hash.data(), into.data(), into.size(), q, stats, nullptr,
                 SYNC_LOOPBACK);
}

inline lc_sync_options_t give_up_after(unsigned int timeout_ms) {
  lc_sync_options_t options{};
  options.size = sizeof(options);
  options.timeout_ms = timeout_ms;
  return options;
}

} // namespace capi_test
