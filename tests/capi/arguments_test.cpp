// SPDX-License-Identifier: BSD-3-Clause
// What the network functions refuse before they touch the network.
#include "tests/capi/vectors.hpp"
#include "tests/support/catch.hpp"

#include <librecast.h>
#include <librecast/sync.h>

#include <cerrno>
#include <functional>

using namespace capi_test;

namespace {

int error_of(const std::function<ssize_t()>& call) {
  errno = 0;
  return call() == -1 ? errno : 0;
}

} // namespace

TEST_CASE("wrong arguments of a sync are EINVAL, and nothing is written",
          "[capi]") {
  auto* ctx = lc_ctx_new();
  REQUIRE(ctx != nullptr);
  unsigned char hash[HASHSIZE] = {};
  bytes data(10, 'x');
  scratch dir;
  const auto path = dir / "f";
  lc_sync_options_t unknown{};
  unknown.size = sizeof(unknown) + 8;
  lc_sync_options_t unset{};

  const auto sync = [&](lc_ctx_t* c, unsigned char* h, void* d, std::size_t n,
                        lc_sync_options_t* o, int f) {
    return error_of([&] { return lc_sync(c, h, d, n, nullptr, nullptr, o, f); });
  };
  CHECK(sync(nullptr, hash, data.data(), 10, nullptr, 0) == EINVAL);
  CHECK(sync(ctx, nullptr, data.data(), 10, nullptr, 0) == EINVAL);
  CHECK(sync(ctx, hash, nullptr, 10, nullptr, 0) == EINVAL);
  CHECK(sync(ctx, hash, data.data(), 10, &unknown, 0) == EINVAL);
  CHECK(sync(ctx, hash, data.data(), 10, &unset, 0) == EINVAL);
  for (int flag : {0x100, 0x10000, -1})
    CHECK(sync(ctx, hash, data.data(), 10, nullptr, flag) == EINVAL);

  const auto file = [&](unsigned char* h, const char* p, lc_sync_options_t* o,
                        int f) {
    return error_of(
        [&] { return lc_syncfile(ctx, h, p, nullptr, nullptr, o, f); });
  };
  CHECK(file(nullptr, path.c_str(), nullptr, 0) == EINVAL);
  CHECK(file(hash, nullptr, nullptr, 0) == EINVAL);
  CHECK(file(hash, path.c_str(), &unknown, 0) == EINVAL);
  CHECK(file(hash, path.c_str(), nullptr, 0x200) == EINVAL);
  CHECK(file(hash, "", nullptr, 0) == ENOENT);

  const auto named = [&](std::string src, const char* dst, int f) {
    return error_of([&] {
      return lc_syncfile_hash(ctx, src.data(), dst, nullptr, nullptr, nullptr,
                              f);
    });
  };
  CHECK(named("", path.c_str(), 0) == EINVAL);
  CHECK(named("/", path.c_str(), 0) == EINVAL);
  CHECK(named("f", nullptr, 0) == EINVAL);
  CHECK(named("f", path.c_str(), 0x100) == EINVAL);
  CHECK(error_of([&] {
          return lc_syncfile_hash(ctx, nullptr, path.c_str(), nullptr, nullptr,
                                  nullptr, 0);
        }) == EINVAL);

  CHECK(data == bytes(10, 'x'));
  CHECK_FALSE(std::filesystem::exists(path));
  lc_ctx_free(ctx);
}

TEST_CASE("wrong arguments of a share are EINVAL", "[capi]") {
  auto* ctx = lc_ctx_new();
  auto* index = mdex_init(0);
  REQUIRE(ctx != nullptr);
  REQUIRE(index != nullptr);
  lc_sync_options_t unknown{};
  unknown.size = 1;
  const auto refused = [](lc_share_t* share) {
    const bool yes = share == nullptr && errno == EINVAL;
    errno = 0;
    return yes;
  };
  CHECK(refused(lc_share(nullptr, index, 0, nullptr, nullptr, 0)));
  CHECK(refused(lc_share(ctx, nullptr, 0, nullptr, nullptr, 0)));
  CHECK(refused(lc_share(ctx, index, 0, nullptr, &unknown, 0)));
  CHECK(refused(lc_share(ctx, index, 0, nullptr, nullptr, 2)));
  mdex_free(index);
  lc_ctx_free(ctx);
}

TEST_CASE("freeing nothing is allowed and freeing keeps errno", "[capi]") {
  auto* ctx = lc_ctx_new();
  auto* index = mdex_init(5);
  errno = EDOM;
  lc_ctx_free(nullptr);
  lc_unshare(nullptr);
  mdex_free(nullptr);
  mdex_free(index);
  lc_ctx_ifx(nullptr, 1);
  lc_ctx_ratelimit(nullptr, 1, 1);
  lc_ctx_ifx(ctx, 1);
  lc_ctx_ratelimit(ctx, 1, 1);
  lc_ctx_free(ctx);
  CHECK(errno == EDOM);
}

TEST_CASE("a destination that cannot be is refused at once", "[capi]") {
  scratch dir;
  auto* ctx = lc_ctx_new();
  unsigned char hash[HASHSIZE] = {};
  const auto error = [&](const std::string& path) {
    return error_of([&] {
      return lc_syncfile(ctx, hash, path.c_str(), nullptr, nullptr, nullptr,
                         0);
    });
  };
  CHECK(error(dir / ".") == EISDIR);
  CHECK(error(dir / "none/f") == ENOENT);
  dir.write("file", {1});
  CHECK(error(dir / "file/f") == ENOTDIR);
  lc_ctx_free(ctx);
}
