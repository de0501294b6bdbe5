// SPDX-License-Identifier: BSD-3-Clause
// What a hostile sharer, or somebody on this host, may try with a directory:
// an error, and not a byte outside of the destination.
#include "core/beneath.hpp"
#include "core/destination.hpp"
#include "core/tree_sink.hpp"
#include "tests/core/trees.hpp"

using namespace troupe;
using namespace troupe::test;
namespace fs = std::filesystem;

namespace {

/// A destination, and things around it that nobody may touch.
class guarded {
public:
  guarded() {
    around_["outside"] = node::directory();
    around_["outside/file"] = node::file(bytes_of("mine"));
    around_["outside/sub"] = node::directory();
    around_["to"] = node::directory();
    put_on_disk(dir_ / "around", around_);
    fs::last_write_time(dir_ / "around/outside", fs::file_time_type::clock::now() -
                                                     std::chrono::hours{90000});
    times_ = all_times();
  }
  fs::path to() const { return dir_ / "around/to"; }
  fs::path outside() const { return dir_ / "around/outside"; }
  void check() const {
    auto now = read_tree(dir_ / "around");
    for (auto each = now.begin(); each != now.end();)
      each = each->first.starts_with("to/") ? now.erase(each) : std::next(each);
    CHECK(difference(now, around_) == "");
    CHECK(all_times() == times_);
  }

private:
  std::vector<std::int64_t> all_times() const {
    std::vector<std::int64_t> times;
    for (const auto& [path, one] : around_)
      if (path.starts_with("outside")) {
        struct stat info {};
        REQUIRE(::lstat((dir_ / "around" / path).c_str(), &info) == 0);
        times.insert(times.end(), {info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                                   info.st_ctim.tv_sec, info.st_ctim.tv_nsec,
                                   info.st_mode, info.st_uid});
      }
    return times;
  }

  temp_dir dir_;
  tree around_ = empty_tree();
  std::vector<std::int64_t> times_;
};

tree_sink_options everything() {
  tree_sink_options options;
  options.sync_to_disk = false;
  options.delete_others = true;
  options.metadata = {true, true, true, true, true};
  return options;
}

/// Wanted: "d/e/f" and "d/l"; all of it new.
tree deep_tree() {
  auto all = empty_tree();
  all["d"] = node::directory();
  all["d/e"] = node::directory();
  all["d/e/f"] = node::file(bytes_of("theirs"));
  all["d/l"] = node::link("e/f");
  return all;
}

} // namespace

TEST_CASE("a link that leads out is not followed", "[tree_sink][hostile]") {
  guarded place;
  fs::create_symlink("../outside", place.to() / "d");
  CHECK(sync_tree(place.to(), describe(deep_tree()), everything()) ==
        errc::is_symlink);
  fs::remove(place.to() / "d");
  fs::create_directory(place.to() / "d");
  fs::create_symlink("../../outside", place.to() / "d/e");
  CHECK(sync_tree(place.to(), describe(deep_tree()), everything()) ==
        errc::is_symlink);
  CHECK(fs::is_empty(place.outside() / "sub"));
  place.check();
}

TEST_CASE("a link in the place of a file is replaced, not written through",
          "[tree_sink][hostile]") {
  guarded place;
  auto wanted = empty_tree();
  wanted["f"] = node::file(bytes_of("theirs"));
  wanted["l"] = node::link("elsewhere");
  wanted["empty"] = node::file({});
  for (const auto* name : {"f", "l", "empty"})
    fs::create_symlink("../outside/file", place.to() / name);
  REQUIRE(sync_tree(place.to(), describe(wanted), everything()) == errc::none);
  CHECK(difference(read_tree(place.to()), wanted) == "");
  place.check();
}

TEST_CASE("a link swapped in for a directory meanwhile is not followed",
          "[tree_sink][hostile]") {
  for (const std::string swapped : {"d", "d/e"}) {
    CAPTURE(swapped);
    guarded place;
    auto there = deep_tree();
    there["d/e/f"].content = bytes_of("before");
    fs::remove(place.to());
    put_on_disk(place.to(), there);
    const auto wanted = describe(deep_tree());
    auto out = make_tree_sink(place.to(), wanted.what, everything());
    REQUIRE(out);
    REQUIRE(write_pack(*out->pack, wanted, 1) == errc::none);
    fs::rename(place.to() / swapped, place.to() / "aside");
    fs::create_directory_symlink(place.outside(), place.to() / swapped);
    fs::create_directory(place.to() / "aside/sub");
    const auto result = out->pack->commit({}, {});
    CHECK((result == errc::is_symlink || result == errc::source_changed));
    out->pack.reset();
    CHECK(fs::is_empty(place.outside() / "sub"));
    place.check();
    for (const auto& each : fs::directory_iterator{place.to()})
      CHECK(each.path().filename().string().find(".troupe.") ==
            std::string::npos);
  }
}

TEST_CASE("deleting does not follow links out", "[tree_sink][hostile]") {
  guarded place;
  fs::create_directory(place.to() / "extra");
  for (const auto* name : {"link", "extra/link", "extra/other"})
    fs::create_directory_symlink(place.outside(), place.to() / name);
  REQUIRE(sync_tree(place.to(), describe(deep_tree()), everything()) ==
          errc::none);
  CHECK(difference(read_tree(place.to()), deep_tree()) == "");
  place.check();
}

TEST_CASE("a link of the share is made as it is, and leads nobody out",
          "[tree_sink][hostile]") {
  guarded place;
  auto wanted = empty_tree();
  wanted["absolute"] = node::link(place.outside().string());
  wanted["up"] = node::link("../outside");
  wanted["zz"] = node::file(bytes_of("x"));
  REQUIRE(sync_tree(place.to(), describe(wanted), everything()) == errc::none);
  CHECK(difference(read_tree(place.to()), wanted) == "");
  place.check();
  // The next catalogue has them as directories.
  auto next = wanted;
  next["absolute"] = node::directory();
  next["absolute/file"] = node::file(bytes_of("theirs"));
  CHECK(sync_tree(place.to(), describe(next), everything()) ==
        errc::is_symlink);
  CHECK(difference(read_tree(place.to()), wanted) == "");
  place.check();
}

TEST_CASE("a pack too large for any file system is an error",
          "[tree_sink][hostile]") {
  guarded place;
  auto value = *describe(deep_tree()).what;
  value.entries[3].size = std::uint64_t{1} << 63;
  value.pack.header.size = value.entries[3].size;
  const auto what = std::make_shared<const catalogue>(value);
  const auto out = make_tree_sink(place.to(), what, everything());
  REQUIRE(out);
  CHECK(out->pack->begin(value.pack.header.size) == errc::too_large);
  auto more = value;
  more.entries.push_back(more.entries[3]);
  more.entries.back().path = "z";
  CHECK_FALSE(make_tree_sink(
      place.to(), std::make_shared<const catalogue>(more), everything()));
  out->pack->discard();
  CHECK(fs::is_empty(place.to()));
  place.check();
}

TEST_CASE("names of librecast objects do not lead out of a destination",
          "[destination][hostile]") {
  guarded place;
  fs::create_symlink("../outside", place.to() / "link");
  const auto below = destination::open(place.to(), false);
  REQUIRE(below);
  const file_metadata metadata;
  const metadata_choice all{true, true, true, true, true};
  const auto expect = [&](const std::string& path, errc code) {
    CAPTURE(path);
    const auto file = below->file(path, false);
    CHECK((file ? errc::none : file.error().code) == code);
    CHECK(below->make_directory(path).code == code);
    CHECK(below->make_link(path, "target", metadata, all).code == code);
  };
  for (const std::string bad :
       {"..", "../pwned", "evil/../../pwned", "/etc/pwned", "/", ".", "./x", "",
        "x/", "x//y", "a/../b"})
    expect(bad, errc::invalid_argument);
  expect(std::string("x\0y", 3), errc::invalid_argument);
  expect(std::string(5000, 'x'), errc::invalid_argument);
  expect("link/pwned", errc::is_symlink);
  expect("link/sub/pwned", errc::is_symlink);
  expect("absent/pwned", errc::not_found);
  CHECK(below->finish_directory("../outside", metadata, all).code ==
        errc::invalid_argument);
  CHECK(below->finish_directory("link", metadata, all).code ==
        errc::is_symlink);
  CHECK(read_tree(place.to()).size() == 2);
  place.check();
}
