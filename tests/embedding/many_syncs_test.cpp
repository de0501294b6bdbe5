// SPDX-License-Identifier: BSD-3-Clause
// With real sockets, on a host of the test's own (tests/capi/in_namespace.sh).
#include "actors/caf_compat.hpp"
#include "tests/support/catch.hpp"
#include "troupe/config.hpp"

#include <caf/actor_registry.hpp>
#include <caf/scoped_actor.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

using namespace troupe;

namespace {

constexpr std::size_t bytes_each = 1u << 20;

/// Bytes that no two seeds have in common.
std::vector<std::byte> pattern(std::size_t size, std::uint64_t seed) {
  std::vector<std::byte> bytes(size);
  auto x = seed * 0x9e3779b97f4a7c15ull;
  for (auto& each : bytes) {
    x = x * 6364136223846793005ull + 1442695040888963407ull;
    each = static_cast<std::byte>(x >> 56);
  }
  return bytes;
}

/// Pages of this process in memory, in KiB.
std::size_t resident_kib() {
  std::ifstream file{"/proc/self/statm"};
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * 4;
}

std::size_t entries(const char* folder) {
  const std::filesystem::directory_iterator all{folder};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Waits until as many as at first: threads end a moment after their work.
std::size_t entries_after(const char* folder, std::size_t wanted) {
  for (int i = 0; i < 200 && entries(folder) > wanted; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  return entries(folder);
}

link_settings this_host() {
  link_settings link;
  const auto* name = std::getenv("TROUPE_TEST_INTERFACE");
  REQUIRE(name != nullptr);
  link.interface = name;
  link.loopback = true;
  return link;
}

/// An actor system and its clients.
struct embedder {
  config<> settings;
  caf::actor_system system{settings};
  caf::scoped_actor self{system};
};

void share_and_wait(embedder& one, const std::string& name,
                    std::vector<std::byte> bytes) {
  share_settings settings;
  settings.link = this_host();
  settings.contents.push_back({name, make_content(std::move(bytes))});
  spawn_share(one.system, settings, one.self);
  one.self->receive([](const share_status& status) {
    CAPTURE(status.failure.message());
    CHECK(status.what == share_status::event::listening);
  });
}

/// One sync; its result is the only message.
sync_result sync_once(embedder& one, const std::string& name,
                      std::vector<std::byte>& to) {
  sync_settings settings;
  settings.link = this_host();
  settings.name = name;
  settings.to = to_memory{to.data(), to.size()};
  spawn_sync(one.system, settings, one.self);
  sync_result result;
  one.self->receive([&](const sync_result& got) { result = got; });
  return result;
}

} // namespace

TEST_CASE("many syncs in a row leave nothing behind", "[embedding][network]") {
  const auto bytes = pattern(bytes_each, 1);
  const auto other = pattern(bytes_each, 2);
  const int rounds = std::getenv("TROUPE_LONG_TESTS") ? 1000 : 50;
  embedder sharer;
  embedder receiver; // two systems in one process
  share_and_wait(sharer, "x", bytes);
  share_and_wait(receiver, "y", other);
  std::vector<std::byte> to(bytes_each);
  std::size_t kib = 0;
  std::size_t files = 0;
  std::size_t threads = 0;
  std::size_t running = 0;
  for (int i = 0; i < rounds; ++i) {
    std::fill(to.begin(), to.end(), std::byte{0});
    auto& one = i % 2 == 0 ? receiver : sharer;
    const auto result = sync_once(one, i % 2 == 0 ? "x" : "y", to);
    REQUIRE(result.failure.message() == error{}.message());
    REQUIRE((to == (i % 2 == 0 ? bytes : other)));
    if (i == 19) {
      kib = resident_kib();
      files = entries("/proc/self/fd");
      threads = entries("/proc/self/task");
      running = one.system.registry().running();
    }
  }
  const auto grown = static_cast<long>(resident_kib()) - static_cast<long>(kib);
  std::cout << rounds << " syncs: " << kib << " KiB after 20, " << grown
            << " KiB more at the end\n";
#ifndef __SANITIZE_ADDRESS__ // which keeps what was freed
  // Slabs and arenas take some; a sync that leaks leaves a MiB.
  CHECK(grown < 16384);
#endif
  CHECK(entries_after("/proc/self/fd", files) <= files);
  CHECK(entries_after("/proc/self/task", threads) <= threads + 2);
  CHECK(sharer.system.registry().running() <= running + 1);
}

TEST_CASE("a replica of real sockets follows its share",
          "[embedding][network]") {
  embedder one;
  share_settings settings;
  settings.link = this_host();
  settings.link.through = make_network();
  settings.contents.push_back({"t", make_content(pattern(100'000, 1))});
  const auto share = spawn_share(one.system, settings, one.self);
  one.self->receive([](const share_status&) {});
  replica_settings replica;
  replica.link = settings.link;
  replica.name = "t";
  replica.every = std::chrono::milliseconds{50};
  const auto copy = spawn_replica(one.system, replica, one.self);
  snapshot_ptr first;
  one.self->receive([&](const snapshot_update& update) { first = update.now; });
  compat::anon_send(share,
                    put_content{"t", make_content(pattern(90'000, 2))});
  one.self->receive([](const share_status& status) {
    CHECK(status.what == share_status::event::renewed);
  });
  snapshot_ptr second;
  one.self->receive(
      [&](const snapshot_update& update) { second = update.now; });
  REQUIRE(first);
  REQUIRE(second);
  const auto is = [](const snapshot& table,
                     const std::vector<std::byte>& want) {
    return std::equal(table.data, table.data + table.size, want.begin(),
                      want.end());
  };
  CHECK(is(*first, pattern(100'000, 1)));
  CHECK(is(*second, pattern(90'000, 2)));
  compat::anon_send(copy, stop_replica{});
  one.self->receive([](const replica_status& status) {
    CHECK(status.what == replica_status::event::ended);
    CHECK(status.failure.code == errc::none);
  });
}

TEST_CASE("options of the program become settings", "[embedding]") {
  config<> settings;
  const char* arguments[] = {"program", "--troupe.interface=eth7",
                             "--troupe.timeout-ms=1500", "--troupe.rate=0"};
  // As main() gets them.
  std::vector<char*> argv;
  for (const auto* each : arguments)
    argv.push_back(const_cast<char*>(each));
  const auto wrong = settings.parse(static_cast<int>(argv.size()), argv.data());
  CHECK_FALSE(wrong);
  CHECK(settings.make_sync_settings().link.interface == "eth7");
  CHECK(settings.make_sync_settings().timeout ==
        std::chrono::milliseconds{1500});
  CHECK(settings.make_share_settings().rate_bits_per_s == 0);
  CHECK(settings.make_replica_settings().link.interface == "eth7");
}
