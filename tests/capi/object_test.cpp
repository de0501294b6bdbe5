// SPDX-License-Identifier: BSD-3-Clause
#include "tests/capi/network.hpp"

#include <pthread.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <thread>

using namespace capi_test;

namespace {

using clock = std::chrono::steady_clock;

/// A thread that sends until it is cancelled.
class sender {
public:
  explicit sender(std::function<void()> send) : send_(std::move(send)) {
    REQUIRE(pthread_create(&thread_, nullptr, run, this) == 0);
  }
  sender(const sender&) = delete;
  sender& operator=(const sender&) = delete;
  ~sender() {
    pthread_cancel(thread_);
    void* result = nullptr;
    pthread_join(thread_, &result);
    CHECK(result == PTHREAD_CANCELED);
  }

private:
  static void* run(void* self) {
    static_cast<sender*>(self)->send_();
    return self; // it has failed
  }
  std::function<void()> send_;
  pthread_t thread_{};
};

bytes channel_of(const std::string& name) {
  bytes hash(HASHSIZE);
  REQUIRE(hash_generic(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(name.data()),
                       name.size()) == 0);
  return hash;
}

void use_key(lc_ctx_t* ctx, bytes& key) {
  lc_key_t shared{key.data(), key.size()};
  REQUIRE(lc_ctx_setkey(ctx, &shared, LC_CODE_SYMM) == 0);
  lc_ctx_coding_set(ctx, LC_CODE_SYMM);
}

} // namespace

TEST_CASE("a chunk goes from one context to another, also encrypted",
          "[capi][objects]") {
  const bool encrypted = GENERATE(false, true);
  auto from = make_context();
  auto to = make_context();
  bytes key(32, 5);
  if (encrypted) {
    use_key(from.get(), key);
    use_key(to.get(), key);
  }
  const auto content = gen2(20000);
  const auto channel = channel_of("chunk");
  lc_stat_t sent{};
  const sender running{[&] {
    lc_sendchunk(from.get(), channel.data(), content.data(), content.size(),
                 &sent, nullptr, NET_LOOPBACK);
  }};
  bytes got(20000);
  lc_stat_t stats{};
  REQUIRE(lc_recvchunk(to.get(), channel.data(), got.data(), got.size(), &stats,
                       nullptr, NET_LOOPBACK) == 20000);
  CHECK(got == content);
  CHECK(stats.byt_gross == 20000);
  CHECK(stats.pkts_io >= 20);
}

TEST_CASE("a chunk with another key is refused", "[capi][objects]") {
  auto from = make_context();
  auto to = make_context();
  bytes key(32, 5), other(32, 6);
  use_key(from.get(), key);
  use_key(to.get(), other);
  const auto content = gen2(20000);
  const auto channel = channel_of("chunk");
  const sender running{[&] {
    lc_sendchunk(from.get(), channel.data(), content.data(), content.size(),
                 nullptr, nullptr, NET_LOOPBACK);
  }};
  bytes got(20000);
  errno = 0;
  CHECK(lc_recvchunk(to.get(), channel.data(), got.data(), got.size(), nullptr,
                     nullptr, NET_LOOPBACK) == -1);
  CHECK(errno == EBADMSG);
}

TEST_CASE("the tree of shared memory is received in all its parts",
          "[capi][objects]") {
  auto ctx = make_context();
  auto content = gen2(9u << 20);
  const auto hash = tree_hash(content);
  const auto share = share_all(ctx.get(), memory(content));
  mtree_t tree;
  REQUIRE(lc_recvtree(ctx.get(), hash.data(), &tree, nullptr, nullptr,
                      NET_LOOPBACK) == 32768);
  CHECK(tree.len == content.size());
  CHECK(mtree_verify(&tree) == 0);
  mtree_t expected;
  REQUIRE(mtree_init(&expected, content.size()) == 0);
  REQUIRE(mtree_build(&expected, content.data(), nullptr) == 0);
  CHECK(std::memcmp(tree.tree, expected.tree, tree.nodes * HASHSIZE) == 0);
  mtree_free(&expected);
  mtree_free(&tree);
}

TEST_CASE("a listing is received as one, and is no tree", "[capi][objects]") {
  scratch dir;
  std::filesystem::create_directories(dir / "d/sub");
  dir.write("d/f", gen1(10));
  auto ctx = make_context();
  const auto share = share_all(ctx.get(), [&](mdex_t* index) {
    REQUIRE(mdex_addfile(index, (dir / "d").c_str(), nullptr, MDEX_RECURSE) ==
            0);
  });
  bytes hash(HASHSIZE);
  mdex_aliashash("d", hash.data(), hash.size());
  net_tree_t* listing = nullptr;
  REQUIRE(lc_recvdir(ctx.get(), hash.data(), &listing, nullptr, nullptr,
                     NET_LOOPBACK) == 56 + 1 + 2 * HASHSIZE);
  CHECK(listing->size == 56 + 1 + 2 * HASHSIZE);
  CHECK(listing->namesz == 1);
  CHECK(listing->tree[0] == 'd');
  CHECK(S_ISDIR(listing->mode));
  std::free(listing);
  mtree_t tree;
  errno = 0;
  CHECK(lc_recvtree(ctx.get(), hash.data(), &tree, nullptr, nullptr,
                    NET_LOOPBACK) == -1);
  CHECK(errno == EISDIR);
  mdex_aliashash("d/f", hash.data(), hash.size());
  CHECK(lc_recvdir(ctx.get(), hash.data(), &listing, nullptr, nullptr,
                   NET_LOOPBACK) == -1);
  CHECK(errno == ENOTDIR);
}

TEST_CASE("a directory that is shared is synced with all that is in it",
          "[capi][objects]") {
  scratch dir;
  std::filesystem::create_directories(dir / "d/sub/deep");
  std::filesystem::create_directories(dir / "to");
  dir.write("d/f", gen1(100000));
  dir.write("d/empty", {});
  dir.write("d/sub/deep/g", gen2(40000));
  std::filesystem::create_symlink("f", dir / "d/link");
  auto ctx = make_context();
  bytes key(32, 5);
  const bool encrypted = GENERATE(false, true);
  if (encrypted)
    use_key(ctx.get(), key);
  const auto share = share_all(ctx.get(), [&](mdex_t* index) {
    REQUIRE(mdex_addfile(index, (dir / "d").c_str(), nullptr, MDEX_RECURSE) ==
            0);
  });
  char name[] = "d";
  errno = 0;
  const auto bytes_received = lc_syncfile_hash(
      ctx.get(), name, (dir / "to").c_str(), nullptr, nullptr, nullptr,
      SYNC_LOOPBACK | SYNC_RECURSE);
  INFO(std::strerror(errno));
  REQUIRE(bytes_received > 0);
  CHECK(dir.read("to/d/f") == gen1(100000));
  CHECK(dir.read("to/d/empty").empty());
  CHECK(std::filesystem::exists(dir / "to/d/empty"));
  CHECK(dir.read("to/d/sub/deep/g") == gen2(40000));
  CHECK(std::filesystem::read_symlink(dir / "to/d/link") == "f");
}

TEST_CASE("waiting for an object that nobody sends ends", "[capi][objects]") {
  auto ctx = make_context();
  const auto channel = channel_of("silence");
  bytes got(100);
  auto options = give_up_after(600);
  const auto began = clock::now();
  errno = 0;
  CHECK(lc_recvchunk(ctx.get(), channel.data(), got.data(), got.size(), nullptr,
                     &options, 0) == -1);
  CHECK(errno == ETIMEDOUT);
  CHECK(clock::now() - began < std::chrono::seconds{3});
}

TEST_CASE("freeing the context ends a call that waits", "[capi][objects]") {
  auto ctx = make_context();
  const auto channel = channel_of("silence");
  int error = 0;
  std::thread waiting{[&] {
    bytes got(100);
    if (lc_recvchunk(ctx.get(), channel.data(), got.data(), got.size(), nullptr,
                     nullptr, 0) == -1)
      error = errno;
  }};
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  auto* raw = ctx.release();
  lc_ctx_free(raw);
  waiting.join();
  CHECK(error == ECANCELED);
}

TEST_CASE("a call that ends with its context frees what it has beside it",
          "[capi][objects]") {
  const auto channel = channel_of("silence");
  for (int round = 0; round < 6; ++round) {
    auto ctx = make_context();
    auto* raw = ctx.release();
    std::thread waiting{[&] {
      bytes got(100);
      lc_recvchunk(raw, channel.data(), got.data(), got.size(), nullptr,
                   nullptr, 0);
    }};
    // The call has to have begun: only then may the context go.
    std::this_thread::sleep_for(std::chrono::milliseconds{300});
    lc_ctx_free(raw);
    waiting.join();
  }
}

TEST_CASE("objects are refused that cannot be", "[capi][objects]") {
  auto ctx = make_context();
  const auto channel = channel_of("x");
  const auto* hash = channel.data();
  char byte = 0;
  mtree_t tree{};
  net_tree_t* dir = nullptr;
  const auto error_of = [](ssize_t result) {
    CHECK(result == -1);
    return errno;
  };
  auto* c = ctx.get();
  CHECK(error_of(lc_recvchunk(nullptr, hash, &byte, 1, nullptr, nullptr, 0)) ==
        EINVAL);
  CHECK(error_of(lc_recvchunk(c, nullptr, &byte, 1, nullptr, nullptr, 0)) ==
        EINVAL);
  CHECK(error_of(lc_recvchunk(c, hash, nullptr, 1, nullptr, nullptr, 0)) ==
        EINVAL);
  CHECK(error_of(lc_recvchunk(c, hash, &byte, 0, nullptr, nullptr, 0)) ==
        EINVAL);
  CHECK(error_of(lc_recvtree(c, hash, nullptr, nullptr, nullptr, 0)) == EINVAL);
  CHECK(error_of(lc_recvdir(c, hash, nullptr, nullptr, nullptr, 0)) == EINVAL);
  CHECK(error_of(lc_recvdir(nullptr, hash, &dir, nullptr, nullptr, 0)) ==
        EINVAL);
  CHECK(error_of(lc_sendtree(c, hash, &tree, nullptr, nullptr, 0)) == EINVAL);
  CHECK(error_of(lc_senddir(c, hash, nullptr, nullptr, nullptr, 0)) == EINVAL);
  CHECK(error_of(lc_sendchunk(c, hash, &byte, 0, nullptr, nullptr, 0)) ==
        EINVAL);
}
