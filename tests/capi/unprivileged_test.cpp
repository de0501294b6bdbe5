// SPDX-License-Identifier: BSD-3-Clause
// Runs without CAP_NET_RAW.
#include "tests/capi/network.hpp"

using namespace capi_test;

TEST_CASE("sharing without CAP_NET_RAW is EPERM", "[capi][unprivileged]") {
  auto ctx = make_context();
  auto content = gen2(1000);
  auto* index = mdex_init(0);
  memory(content)(index);
  lc_stat_t stats{};
  errno = 0;
  CHECK(lc_share(ctx.get(), index, interface_index(), &stats, nullptr,
                 LC_SHARE_LOOPBACK) == nullptr);
  CHECK(errno == EPERM);
  mdex_free(index);
}

TEST_CASE("receiving needs no privilege", "[capi][unprivileged]") {
  auto ctx = make_context();
  bytes copy(10);
  auto options = give_up_after(300);
  errno = 0;
  CHECK(lc_sync(ctx.get(), bytes(HASHSIZE, 3).data(), copy.data(), copy.size(),
                nullptr, nullptr, &options, SYNC_LOOPBACK) == -1);
  CHECK(errno == ETIMEDOUT); // nobody answered, but asking was allowed
}
