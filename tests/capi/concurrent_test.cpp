// SPDX-License-Identifier: BSD-3-Clause
// Real sockets: two directories of two sharers, got at the same time.
#include "tests/capi/network.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

using namespace capi_test;

namespace {

namespace fs = std::filesystem;

using tree = std::map<std::string, std::string>; ///< path: content or target

void make_tree(const fs::path& top, unsigned int first) {
  fs::create_directories(top / "sub/deep");
  fs::create_directories(top / "empty");
  for (unsigned int i = 0; i < 12; ++i) {
    std::ofstream file{top / (i % 3 ? "sub/f" : "f") += std::to_string(i),
                       std::ios::binary};
    for (unsigned int n = 0; n < i * 4000; ++n)
      file.put(static_cast<char>((n * 31 + first + i) & 255));
  }
  std::ofstream{top / "sub/deep/one"} << first;
  fs::create_symlink("../f0", top / "sub/link");
}

tree read_tree(const fs::path& top) {
  tree result;
  for (const auto& each : fs::recursive_directory_iterator{top}) {
    const auto path = each.path().lexically_relative(top).string();
    if (each.is_symlink()) {
      result[path] = "-> " + fs::read_symlink(each.path()).string();
    } else if (each.is_directory()) {
      result[path] = "/";
    } else {
      std::ifstream file{each.path(), std::ios::binary};
      result[path] = {std::istreambuf_iterator<char>{file}, {}};
    }
  }
  return result;
}

} // namespace

TEST_CASE("two threads get two directories, a hundred times",
          "[capi][network][concurrent]") {
  auto name = (fs::temp_directory_path() / "troupe-capi-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  const fs::path top{name};
  make_tree(top / "one", 1);
  make_tree(top / "two", 77);
  const tree expected[] = {read_tree(top / "one"), read_tree(top / "two")};
  auto sharer = make_context();
  const auto share = share_all(sharer.get(), [&](mdex_t* index) {
    for (const auto* each : {"one", "two"})
      REQUIRE(mdex_addfile(index, (top / each).c_str(), nullptr,
                           MDEX_ALIAS | MDEX_RECURSE) == 0);
  });
  auto ctx = make_context(); // one for both threads

  constexpr int rounds = 100;
  int good[2] = {};
  const auto run = [&](int which, const char* source) {
    for (int i = 0; i < rounds; ++i) {
      const auto to =
          top / ("to" + std::to_string(which) + "-" + std::to_string(i));
      fs::create_directory(to);
      std::string text = source;
      const auto got =
          lc_syncfile_hash(ctx.get(), text.data(), to.c_str(), nullptr, nullptr,
                           nullptr, SYNC_LOOPBACK | SYNC_RECURSE);
      if (got > 0 && read_tree(to / source) == expected[which])
        ++good[which];
      fs::remove_all(to);
    }
  };
  std::thread other{[&] { run(1, "two"); }};
  run(0, "one");
  other.join();
  CHECK(good[0] == rounds);
  CHECK(good[1] == rounds);
  fs::remove_all(top);
}
