// SPDX-License-Identifier: BSD-3-Clause
#include "tests/capi/network.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <chrono>
#include <thread>

using namespace capi_test;

namespace {

std::size_t entries_of(const char* folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& each :
       std::filesystem::directory_iterator{folder})
    ++count;
  return count;
}

} // namespace

TEST_CASE("lc_sync makes memory equal and fetches only what differs",
          "[capi][network]") {
  auto ctx = make_context();
  auto content = gen2(1000000); // 31 chunks
  const auto hash = tree_hash(content);
  const auto share = share_all(ctx.get(), memory(content));
  bytes copy(content.size());
  lc_stat_t stats{};
  CHECK(sync(ctx.get(), hash, copy, &stats) == 1000000);
  CHECK(copy == content);
  CHECK(stats.byt_info == 1000000);
  CHECK(stats.byt_gross == 1000000 + 56 + 63 * 32);
  CHECK(stats.chunks_tot == 31);
  CHECK(stats.chunks_io == 31);
  CHECK(stats.chunks_fail == 0);
  CHECK(stats.pkts_io >= stats.sym_origin + stats.sym_repair);
  CHECK(stats.sym_origin > 0);

  CHECK(sync(ctx.get(), hash, copy) == 0); // identical
  copy[100000] ^= 1;
  copy[999999] ^= 1;
  lc_stat_t second{};
  CHECK(sync(ctx.get(), hash, copy, &second) == 32768 + 1000000 % 32768);
  CHECK(copy == content);
  CHECK(second.chunks_tot == 31);
  CHECK(second.chunks_io == 2);
}

TEST_CASE("equal chunks travel once and count wherever they are written",
          "[capi][network]") {
  auto ctx = make_context();
  auto content = gen1(10 * 32768); // ten times the same chunk
  const auto hash = tree_hash(content);
  const auto share = share_all(ctx.get(), memory(content));
  bytes copy(content.size());
  lc_stat_t stats{};
  CHECK(sync(ctx.get(), hash, copy, &stats) == 10 * 32768);
  CHECK(copy == content);
  CHECK(stats.chunks_tot == 10);
  CHECK(stats.chunks_io == 1);
  CHECK(stats.byt_info == 10 * 32768);

  copy[40000] ^= 1; // found next door
  lc_stat_t second{};
  CHECK(sync(ctx.get(), hash, copy, &second) == 32768);
  CHECK(copy == content);
  CHECK(second.chunks_io == 0);
}

TEST_CASE("a buffer that is too short stays as it was", "[capi][network]") {
  auto ctx = make_context();
  auto content = gen2(100000);
  const auto hash = tree_hash(content);
  const auto share = share_all(ctx.get(), memory(content));
  for (std::size_t size : {99999, 32768, 1, 0}) {
    INFO(size << " bytes");
    bytes copy(size + 16, 'x');
    errno = 0;
    CHECK(lc_sync(ctx.get(), hash.data(), copy.data(), size, nullptr, nullptr,
                  nullptr, SYNC_LOOPBACK) == -1);
    CHECK(errno == EMSGSIZE);
    CHECK(copy == bytes(size + 16, 'x'));
  }
  bytes longer(100010, 'x');
  CHECK(sync(ctx.get(), hash, longer) == 100000);
  CHECK(bytes(longer.begin(), longer.begin() + 100000) == content);
  CHECK(bytes(longer.begin() + 100000, longer.end()) == bytes(10, 'x'));
}

TEST_CASE("lc_syncfile returns the size of the first object",
          "[capi][network]") {
  scratch dir;
  auto ctx = make_context();
  const auto content = gen2(5000);
  const auto path = dir.write("small.bin", content);
  REQUIRE(chmod(path.c_str(), 0640) == 0);
  const auto share = share_all(ctx.get(), file(path));
  bytes hash(HASHSIZE);
  mdex_aliashash("small.bin", hash.data(), hash.size());
  const auto to = dir / "copy";
  lc_stat_t stats{};
  for (int round = 0; round < 2; ++round)
    CHECK(lc_syncfile(ctx.get(), hash.data(), to.c_str(), nullptr, &stats,
                      nullptr, SYNC_LOOPBACK) == 97);
  CHECK(dir.read("copy") == content);
  CHECK(stats.byt_info == 5000); // statistics add up: the second got nothing
  CHECK(stats.byt_gross == 97 + 5000 + 97);
  struct stat sb {};
  REQUIRE(stat(to.c_str(), &sb) == 0);
  CHECK((sb.st_mode & 07777) == 0600);

  REQUIRE(lc_syncfile(ctx.get(), hash.data(), to.c_str(), nullptr, nullptr,
                      nullptr, SYNC_LOOPBACK | SYNC_MODE | SYNC_MTIME) == 97);
  struct stat source {};
  REQUIRE(stat(to.c_str(), &sb) == 0);
  REQUIRE(stat(path.c_str(), &source) == 0);
  CHECK((sb.st_mode & 07777) == 0640);
  CHECK(sb.st_mtim.tv_sec == source.st_mtim.tv_sec);
  CHECK(sb.st_mtim.tv_nsec == source.st_mtim.tv_nsec);
}

TEST_CASE("lc_syncfile_hash finds each of several shared files by its name",
          "[capi][network]") {
  scratch dir;
  std::filesystem::create_directory(dir / "a");
  std::filesystem::create_directory(dir / "b");
  const auto fa = dir.write("a/fa", gen1(200000));
  const auto fb = dir.write("b/fb", gen2(70000));
  const auto fe = dir.write("empty", {});
  auto ctx = make_context();
  const auto share = share_all(ctx.get(), [&](mdex_t* index) {
    for (const auto& path : {fa, fb, fe})
      file(path)(index);
  });
  const auto get = [&](const char* name, const char* to) {
    std::string source = name;
    const auto result =
        lc_syncfile_hash(ctx.get(), source.data(), (dir / to).c_str(), nullptr,
                         nullptr, nullptr, SYNC_LOOPBACK);
    return std::pair{result, std::string{source.c_str()}};
  };
  CHECK(get("fa", "copy") == std::pair{ssize_t{56 + 2 + 15 * 32},
                                       std::string{"fa"}});
  CHECK(dir.read("copy") == gen1(200000));
  CHECK(get("fb/", "copy") == std::pair{ssize_t{56 + 2 + 7 * 32},
                                        std::string{"fb"}});
  CHECK(dir.read("copy") == gen2(70000)); // also shorter than before
  CHECK(get("empty", "copy").first == 56 + 5);
  CHECK(dir.read("copy").empty());
}

TEST_CASE("a queue's threads hash the old content of a sync",
          "[capi][network]") {
  auto ctx = make_context();
  auto content = gen2(6 << 20);
  const auto hash = tree_hash(content);
  const auto share = share_all(ctx.get(), memory(content));
  auto q = std::make_unique<q_t>();
  REQUIRE(q_init(q.get()) == 0);
  auto copy = content;
  copy[5 << 20] ^= 1;
  CHECK(sync(ctx.get(), hash, copy, nullptr, q.get()) == 32768); // unserved
  CHECK(copy == content);

  pthread_t workers[2];
  REQUIRE(q_pool_create(workers, 2, q_job_seek, q.get()) == 0);
  copy[1 << 20] ^= 1;
  CHECK(sync(ctx.get(), hash, copy, nullptr, q.get()) == 32768);
  CHECK(copy == content);
  CHECK(q_pool_destroy(workers, 2) == 0);
  CHECK(q_free(q.get()) == 0);
}

TEST_CASE("syncs and a share of one process do not disturb each other",
          "[capi][network]") {
  auto one = gen1(700000);
  auto two = gen2(900000);
  const auto hash1 = tree_hash(one);
  const auto hash2 = tree_hash(two);
  auto ctx = make_context();
  auto other = make_context(); // a context of its own, used by two threads
  const auto share = share_all(ctx.get(), [&](mdex_t* index) {
    memory(one)(index);
    memory(two)(index);
  });
  bytes copies[3] = {bytes(one.size()), bytes(two.size()), bytes(one.size())};
  ssize_t results[3] = {};
  std::thread threads[3] = {
      std::thread{[&] { results[0] = sync(ctx.get(), hash1, copies[0]); }},
      std::thread{[&] { results[1] = sync(other.get(), hash2, copies[1]); }},
      std::thread{[&] { results[2] = sync(other.get(), hash1, copies[2]); }}};
  for (auto& thread : threads)
    thread.join();
  CHECK(results[0] == 700000);
  CHECK(results[1] == 900000);
  CHECK(results[2] == 700000);
  CHECK(copies[0] == one);
  CHECK(copies[1] == two);
  CHECK(copies[2] == one);
}

TEST_CASE("a share's statistics grow while it runs", "[capi][network]") {
  auto ctx = make_context();
  auto content = gen2(50000); // a tree of 152 bytes and two chunks
  const auto hash = tree_hash(content);
  lc_stat_t stats{};
  auto share = share_all(ctx.get(), memory(content), &stats);
  bytes copy(content.size());
  REQUIRE(sync(ctx.get(), hash, copy) == 50000);
  const auto packets = [&] {
    return __atomic_load_n(&stats.pkts_io, __ATOMIC_RELAXED);
  };
  for (int i = 0; i < 200 && packets() == 0; ++i)
    usleep(10000);
  CHECK(packets() > 0);
  share.reset();
  // One tree of one symbol and two chunks, each K' + 10 packets, at least.
  CHECK(stats.pkts_io >= 20 + 42 + 28);
  // Symbols of 1024 or 1368 bytes and their payload ids.
  CHECK(stats.byt_gross >= 1028 * stats.pkts_io);
  CHECK(stats.byt_gross <= 1372 * stats.pkts_io);
  CHECK(stats.byt_info >= 50000 + 56 + 3 * 32);
}

TEST_CASE("names that nobody shares time out", "[capi][network]") {
  auto ctx = make_context();
  const bytes hash(HASHSIZE, 0x5a);
  bytes copy(10, 'x');
  auto options = give_up_after(500);
  const auto start = std::chrono::steady_clock::now();
  errno = 0;
  CHECK(lc_sync(ctx.get(), hash.data(), copy.data(), copy.size(), nullptr,
                nullptr, &options, SYNC_LOOPBACK) == -1);
  CHECK(errno == ETIMEDOUT);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{10});
  CHECK(copy == bytes(10, 'x'));
}

TEST_CASE("an object above the caller's limit is refused", "[capi][network]") {
  auto ctx = make_context();
  auto content = gen2(100000);
  const auto hash = tree_hash(content);
  const auto share = share_all(ctx.get(), memory(content));
  bytes copy(content.size(), 'x');
  auto options = give_up_after(20000);
  options.limit_bytes = 99999;
  errno = 0;
  CHECK(lc_sync(ctx.get(), hash.data(), copy.data(), copy.size(), nullptr,
                nullptr, &options, SYNC_LOOPBACK) == -1);
  CHECK(errno == EFBIG);
  CHECK(copy == bytes(content.size(), 'x'));
}

TEST_CASE("an interface that is not there is ENODEV", "[capi][network]") {
  auto ctx = make_context();
  lc_ctx_ifx(ctx.get(), 4711);
  const bytes hash(HASHSIZE, 1);
  bytes copy(1);
  CHECK(sync(ctx.get(), hash, copy) == -1);
  CHECK(errno == ENODEV);
  auto* index = mdex_init(0);
  errno = 0;
  CHECK(lc_share(ctx.get(), index, 4711, nullptr, nullptr, 0) == nullptr);
  CHECK(errno == ENODEV);
  mdex_free(index);
}

TEST_CASE("an index with the other hash is found by what verifies",
          "[capi][network]") {
  scratch dir;
  auto ctx = make_context();
  const auto path = dir.write("f", gen2(100000));
  const auto share = share_all(ctx.get(), [&](mdex_t* index) {
    REQUIRE(mdex_hash_set(index, HASH_BLAKE2) == 0);
    file(path)(index);
  });
  char name[] = "f";
  CHECK(lc_syncfile_hash(ctx.get(), name, (dir / "copy").c_str(), nullptr,
                         nullptr, nullptr, SYNC_LOOPBACK) > 0);
  CHECK(dir.read("copy") == gen2(100000));
}

TEST_CASE("entries that a program put in are shared, too", "[capi][network]") {
  auto ctx = make_context();
  auto content = gen2(40000);
  const auto hash = tree_hash(content);
  // What mdex_add would do, by hand: the tree's object and two chunks.
  auto* source = mdex_init(0);
  memory(content)(source);
  const auto share = share_all(ctx.get(), [&](mdex_t* index) {
    auto keys = std::vector<bytes>{hash};
    for (std::size_t at = 0; at < content.size(); at += 32768) {
      bytes key(HASHSIZE);
      hash_generic(key.data(), key.size(), content.data() + at,
                   std::min<std::size_t>(32768, content.size() - at));
      keys.push_back(key);
    }
    for (auto& key : keys) {
      mdex_entry_t entry{};
      REQUIRE(mdex_get(source, key.data(), key.size(), &entry) == 0);
      REQUIRE(mdex_put(index, key.data(), key.size(), &entry) == 0);
    }
  });
  bytes copy(content.size());
  CHECK(sync(ctx.get(), hash, copy) == 40000);
  CHECK(copy == content);
  mdex_free(source);
}

TEST_CASE("a tree that does not hold together ends a sync with an error",
          "[capi][network]") {
  auto content = gen2(100000);
  auto hash = tree_hash(content);
  auto* sound = mdex_init(0);
  memory(content)(sound);
  mdex_entry_t entry{};
  REQUIRE(mdex_get(sound, hash.data(), hash.size(), &entry) == 0);
  const auto* object = static_cast<unsigned char*>(entry.ptr.data);
  bytes forged{object, object + entry.ptr.size};
  mdex_free(sound);
  forged[56 + 2 * 32] ^= 1; // the root's right child
  auto sharer = make_context();
  const auto share = share_all(sharer.get(), [&](mdex_t* index) {
    mdex_entry_t wrong{};
    wrong.type = MDEX_PTR | MDEX_OTI;
    wrong.ptr.size = forged.size();
    wrong.ptr.data = forged.data();
    REQUIRE(mdex_put(index, hash.data(), hash.size(), &wrong) == 0);
  });

  auto ctx = make_context();
  bytes copy(content.size(), 'x');
  std::atomic<bool> returned{false};
  ssize_t result = 0;
  int error = 0;
  std::thread syncing{[&, raw = ctx.get()] {
    auto options = give_up_after(1000);
    result = lc_sync(raw, hash.data(), copy.data(), copy.size(), nullptr,
                     nullptr, &options, SYNC_LOOPBACK);
    error = errno;
    returned = true;
  }};
  for (int i = 0; i < 1500 && !returned; ++i)
    usleep(10000);
  CHECK(returned); // within 15 seconds, though packets keep coming
  ctx.reset();     // else this ends it
  syncing.join();
  CHECK(result == -1);
  CHECK(error == EBADMSG);
  CHECK(copy == bytes(content.size(), 'x'));
}

TEST_CASE("threads made inside leave the program's signals alone",
          "[capi][network]") {
  const auto threads_that_take = [](int signal) {
    std::size_t count = 0;
    for (const auto& task :
         std::filesystem::directory_iterator{"/proc/self/task"}) {
      std::ifstream status{task.path() / "status"};
      for (std::string line; std::getline(status, line);)
        if (line.rfind("SigBlk:", 0) == 0)
          count += ((std::stoull(line.substr(7), nullptr, 16) >>
                     (signal - 1)) &
                    1) == 0;
    }
    return count;
  };
  auto content = gen2(1000);
  auto ctx = make_context();
  lc_stat_t stats{};
  const auto share = share_all(ctx.get(), memory(content), &stats);
  REQUIRE(entries_of("/proc/self/task") > 2);
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGALRM, SIGUSR1})
    CHECK(threads_that_take(signal) == 1);
}

TEST_CASE("after the last call no thread and no socket is left",
          "[capi][network]") {
  auto content = gen2(100000);
  const auto hash = tree_hash(content);
  const auto once = [&] {
    auto ctx = make_context();
    lc_stat_t stats{};
    const auto share = share_all(ctx.get(), memory(content), &stats);
    bytes copy(content.size());
    REQUIRE(sync(ctx.get(), hash, copy) == 100000);
  };
  once(); // whatever a first use leaves for good, be it there
  const auto threads = entries_of("/proc/self/task");
  const auto sockets = entries_of("/proc/self/fd");
  for (int i = 0; i < 3; ++i)
    once();
  CHECK(entries_of("/proc/self/task") == threads);
  CHECK(entries_of("/proc/self/fd") == sockets);
}
