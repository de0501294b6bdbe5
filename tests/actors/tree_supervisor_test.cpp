// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/tree_world.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

tree some_tree() {
  std::mt19937_64 random{21};
  auto all = empty_tree();
  all["a"] = node::file(random_bytes(random, 100));
  all["d"] = node::directory();
  all["d/empty"] = node::file({});
  all["d/f"] = node::file(random_bytes(random, 100'000));
  all["d/link"] = node::link("../a");
  all["none"] = node::directory();
  return all;
}

constexpr auto type = hash_type::blake2b;

/// A sharer that can say whatever it likes, by librecast's protocol.
class liar : public tree_world {
public:
  liar() { index = std::make_shared<share_index>(type); }

  object_header header(std::uint32_t mode, std::string name) const {
    object_header result;
    result.metadata.mode = mode;
    result.name = std::move(name);
    return result;
  }
  hash add_file_named(const std::string& name, bytes content) {
    auto front = header(S_IFREG | 0644, name);
    front.size = content.size();
    const auto made = tree_of(type, content);
    return index->add_file(front, made,
                           make_blob_source(blob{std::move(content)}));
  }
  hash add_link_named(const std::string& name, const std::string& target) {
    const auto front = header(S_IFLNK | 0777, name);
    const auto id = symlink_hash(type, front);
    index->put(id, indexed_object{make_symlink_object(front, target)});
    return id;
  }
  hash add_listing(const std::string& name, const std::vector<hash>& children) {
    const auto front = header(S_IFDIR | 0755, name);
    const auto id = directory_hash(type, front, children, false);
    index->put(id, indexed_object{make_directory_object(front, children)});
    return id;
  }
  /// What is found by the name.
  void add_top(const std::vector<hash>& children,
               const std::string& name = "share") {
    index->put(hash_of(type, "share"),
               indexed_object{make_directory_object(
                   header(S_IFDIR | 0755, name), children)});
  }

  errc sync() {
    start_share();
    auto request = tree_request_for("share");
    request.timeout = 2s;
    request.metadata = {true, true, true, true, true};
    last = sync_tree_of(std::move(request), 60s);
    return last.failure.code;
  }
  sync_report last;
};

} // namespace

TEST_CASE("a directory arrives, by either protocol", "[actors][tree]") {
  for (const bool ranges : {true, false}) {
    CAPTURE(ranges);
    tree_world w;
    if (!ranges)
      w.range_symbol_bytes = 0;
    w.add_directory("share", some_tree());
    w.start_share();
    for (auto round = 0; round < 2; ++round) {
      const auto report = w.sync_tree_of(w.tree_request_for("share"));
      INFO(report.failure.message());
      REQUIRE(report.ok());
      CHECK(report.kind == object_kind::directory);
      CHECK(report.tree.files == 3);
      CHECK(report.is_unchanged == (round == 1));
      CHECK(difference(read_tree(w.disk / "to/it"), some_tree()) == "");
    }
  }
}

TEST_CASE("a directory goes below its own name where that is wanted",
          "[actors][tree]") {
  for (const bool ranges : {true, false}) {
    CAPTURE(ranges);
    tree_world w;
    if (!ranges)
      w.range_symbol_bytes = 0;
    w.add_directory("share", some_tree());
    w.start_share();
    auto request = w.tree_request_for("share", "to");
    request.tree->below_own_name = true;
    REQUIRE(w.sync_tree_of(request).ok());
    CHECK(difference(read_tree(w.disk / "to/share"), some_tree()) == "");
    request.tree->recursive = false;
    CHECK(w.sync_tree_of(request).failure.code == errc::is_directory);
    request.tree->recursive = true;
    request.tree->max_entries = some_tree().size() - 2;
    CHECK(w.sync_tree_of(request).failure.code == errc::too_large);
  }
}

TEST_CASE("what the share does not have goes if it is to, by either protocol",
          "[actors][tree]") {
  for (const bool ranges : {true, false}) {
    CAPTURE(ranges);
    tree_world w;
    if (!ranges)
      w.range_symbol_bytes = 0;
    w.add_directory("share", some_tree());
    w.start_share();
    auto there = some_tree();
    there["d/extra"] = node::directory();
    there["d/extra/file"] = node::file(bytes_of("x"));
    there["d/extra/out"] = node::link("../../../../outside");
    there["out"] = node::link("../../outside");
    put_on_disk(w.disk / "to/it", there);
    auto request = w.tree_request_for("share");
    REQUIRE(w.sync_tree_of(request).ok());
    CHECK(difference(read_tree(w.disk / "to/it"), there) == "");
    request.tree->delete_others = true;
    const auto report = w.sync_tree_of(request);
    REQUIRE(report.ok());
    CHECK(report.tree.deleted == 2);
    CHECK_FALSE(report.is_unchanged);
    CHECK(difference(read_tree(w.disk / "to/it"), some_tree()) == "");
  }
}

TEST_CASE("a file and a link are synchronised as what they are",
          "[actors][tree]") {
  tree_world w;
  w.range_symbol_bytes = 0;
  w.add_directory("share", some_tree());
  w.start_share();
  for (const bool is_there : {false, true}) {
    const auto report = w.sync_tree_of(w.tree_request_for("share/d/f", "to/f"));
    REQUIRE(report.ok());
    CHECK(report.is_unchanged == is_there);
    CHECK(read_file(w.disk / "to/f") == some_tree()["d/f"].content);
  }
  REQUIRE(w.sync_tree_of(w.tree_request_for("share/d/link", "to/l")).ok());
  CHECK(fs::read_symlink(w.disk / "to/l") == "../a");
}

TEST_CASE("a directory that nobody shares is reported as such",
          "[actors][tree]") {
  tree_world w;
  auto request = w.tree_request_for("nothing");
  request.timeout = 2s;
  CHECK(w.sync_tree_of(std::move(request)).failure.code == errc::no_sharer);
  CHECK_FALSE(fs::exists(w.disk / "to/it"));
}

TEST_CASE("what is in the way ends the sync of a directory",
          "[actors][tree]") {
  for (const bool ranges : {true, false}) {
    CAPTURE(ranges);
    tree_world w;
    if (!ranges)
      w.range_symbol_bytes = 0;
    w.add_directory("share", some_tree());
    w.start_share();
    fs::create_directory(w.disk / "to/it");
    fs::create_symlink("../../outside", w.disk / "to/it/d");
    CHECK(w.sync_tree_of(w.tree_request_for("share")).failure.code ==
          errc::is_symlink);
    fs::remove(w.disk / "to/it/d");
    write_file(w.disk / "to/it/d", bytes_of("x"));
    CHECK(w.sync_tree_of(w.tree_request_for("share")).failure.code ==
          errc::not_directory);
    fs::remove_all(w.disk / "to/it");
    write_file(w.disk / "to/it", bytes_of("x"));
    CHECK(w.sync_tree_of(w.tree_request_for("share")).failure.code ==
          errc::not_directory);
  }
}

TEST_CASE("an attribute that cannot be set ends a sync once",
          "[actors][tree]") {
  // The directory is taken away after it was made, before it is finished.
  tree_world w;
  w.range_symbol_bytes = 0;
  w.add_directory("share", some_tree());
  w.start_share();
  auto request = w.tree_request_for("share");
  request.metadata.mtime = true;
  auto r = w.start_tree(std::move(request));
  REQUIRE(w.advance_until([&] { return fs::exists(w.disk / "to/it/none"); },
                          10s));
  fs::remove(w.disk / "to/it/none");
  REQUIRE(w.advance_until([&] { return r.done(); }, 60s));
  w.advance(1s);
  CHECK(r.reports->size() == 1);
  CHECK(r.report().failure.code == errc::not_found);
}

// -- a sharer that lies ---------------------------------------------------------

TEST_CASE("entries with names that lead out end the sync",
          "[actors][tree][hostile]") {
  const std::string name =
      GENERATE(as<std::string>{}, "evil/../../pwned", "..", "share/..",
               "../pwned", "/etc/pwned", "share//pwned", "share/.", "");
  CAPTURE(name);
  SECTION("a file") {
    liar w;
    w.add_top({w.add_file_named(name, bytes_of("theirs"))});
    CHECK(w.sync() == errc::bad_object);
    CHECK(fs::is_empty(w.disk / "to/it"));
  }
  SECTION("an empty file") {
    liar w;
    w.add_top({w.add_file_named(name, {})});
    CHECK(w.sync() == errc::bad_object);
    CHECK(fs::is_empty(w.disk / "to/it"));
  }
  SECTION("a directory") {
    liar w;
    w.add_top({w.add_listing(
        name, {w.add_file_named("share/x", bytes_of("theirs"))})});
    CHECK(w.sync() == errc::bad_object);
    CHECK(fs::is_empty(w.disk / "to/it"));
  }
  SECTION("a link") {
    liar w;
    w.add_top({w.add_link_named(name, "/etc/passwd")});
    CHECK(w.sync() == errc::bad_object);
    CHECK(fs::is_empty(w.disk / "to/it"));
  }
}

TEST_CASE("a directory found by a hash cannot choose a place outside",
          "[actors][tree][hostile]") {
  for (const std::string name : {"..", "share/..", "a/.", ""}) {
    CAPTURE(name);
    liar w;
    const auto children =
        std::vector{w.add_file_named("share/pwned", bytes_of("theirs"))};
    w.add_top(children, name);
    w.start_share();
    auto request = w.tree_request_for("", "to");
    request.id = hash_of(type, "share");
    request.tree->below_own_name = true;
    request.timeout = 2s;
    CHECK(w.sync_tree_of(request, 60s).failure.code == errc::bad_object);
    CHECK(fs::is_empty(w.disk / "to"));
  }
}

TEST_CASE("a link and what seems to be in it end the sync",
          "[actors][tree][hostile]") {
  liar w;
  // Two entries of one name: the link, and a directory with a file.
  w.add_top({w.add_link_named("share/x", "../../outside"),
             w.add_listing("share/x", {w.add_file_named(
                                          "share/x/pwned", bytes_of("x"))})});
  const auto result = w.sync();
  CHECK((result == errc::is_symlink || result == errc::is_directory));
}

TEST_CASE("an entry that is not what its listing says is not taken",
          "[actors][tree][hostile]") {
  const auto wrong = hash_of(type, "something else");
  liar w;
  SECTION("a file") {
    const auto id = w.add_file_named("share/f", bytes_of("theirs"));
    w.index->put(wrong, indexed_alias{id});
  }
  SECTION("a directory") {
    w.index->put(wrong, indexed_object{make_directory_object(
                            w.header(S_IFDIR | 0755, "share/d"), {})});
  }
  SECTION("a link") {
    w.index->put(wrong, indexed_object{make_symlink_object(
                            w.header(S_IFLNK | 0777, "share/l"), "t")});
  }
  w.add_top({wrong});
  CHECK(w.sync() == errc::hash_mismatch);
  CHECK(fs::is_empty(w.disk / "to/it"));
}

TEST_CASE("a listing without end ends", "[actors][tree][hostile]") {
  SECTION("one that names an entry again and again") {
    liar w;
    auto id = w.add_listing("share/d/d/d/d/d/d/d/d/d/d/d/d/d", {});
    std::string name = "share/d/d/d/d/d/d/d/d/d/d/d/d";
    for (auto level = 0; level < 12; ++level) {
      id = w.add_listing(name, {id, id});
      name.resize(name.size() - 2);
    }
    w.add_top({id, id});
    CHECK(w.sync() == errc::bad_object);
  }
  SECTION("one that doubles with each level") {
    liar w;
    std::vector<hash> below;
    std::string name(40, '/');
    for (std::size_t i = 0; i < name.size(); i += 2)
      name[i] = 'd';
    while (name.size() > 2) {
      name.pop_back();
      below = {w.add_listing(name + "/a", below),
               w.add_listing(name + "/b", below)};
      name.pop_back();
    }
    w.add_top(below);
    w.start_share();
    auto request = w.tree_request_for("share");
    request.tree->max_entries = 200;
    CHECK(w.sync_tree_of(request).failure.code == errc::too_large);
  }
  SECTION("a long one") {
    liar w;
    std::vector<hash> many;
    for (std::uint64_t i = 0; i < 5000; ++i)
      many.push_back(hash_of(type, std::to_string(i)));
    w.add_top(many);
    w.start_share();
    auto request = w.tree_request_for("share");
    request.tree->max_entries = 4999;
    CHECK(w.sync_tree_of(request).failure.code == errc::too_large);
    CHECK(fs::is_empty(w.disk / "to/it"));
  }
}

TEST_CASE("catalogues that lie end the sync before anything is written",
          "[actors][tree][hostile]") {
  auto all = some_tree();
  auto value = *describe(all).what;
  errc expected = errc::bad_object;
  auto garbage = false;
  SECTION("names that lead out") { value.entries[1].path = "../pwned"; }
  SECTION("an absolute name") { value.entries.back().path = "/pwned"; }
  SECTION("a child of a link") {
    value.entries.back().path = "d/link/pwned";
  }
  SECTION("a pack that is shorter than the files") { ++value.entries[1].size; }
  SECTION("files that add up to nothing") {
    value.entries[1].size = ~std::uint64_t{0};
    value.entries[4].size = value.pack.header.size + 1;
  }
  SECTION("a pack that is a catalogue") { value.pack.is_catalogue = true; }
  SECTION("a pack that contradicts itself") {
    value.pack.root.bytes[0] ^= std::byte{1};
    expected = errc::hash_mismatch;
  }
  SECTION("no catalogue at all") { garbage = true; }
  tree_world w;
  w.index = std::make_shared<share_index>(type, w.range_symbol_bytes);
  const auto wire = garbage ? bytes_of("nothing of the kind") : serialise(value);
  const std::array names{hash_of(type, "share")};
  w.index->add_catalogue(tree_of(type, wire), make_blob_source(blob{wire}),
                         names);
  w.start_share();
  auto request = w.tree_request_for("share");
  request.timeout = 2s;
  CHECK(w.sync_tree_of(request).failure.code == expected);
  CHECK_FALSE(fs::exists(w.disk / "to/it"));
}

TEST_CASE("a pack that nobody sends ends the sync, and nothing has changed",
          "[actors][tree][hostile]") {
  const auto value = describe(some_tree());
  tree_world w;
  w.index = std::make_shared<share_index>(type, w.range_symbol_bytes);
  const auto wire = serialise(*value.what);
  const std::array names{hash_of(type, "share")};
  w.index->add_catalogue(tree_of(type, wire), make_blob_source(blob{wire}),
                         names);
  w.start_share();
  auto before = some_tree();
  before["a"].content = bytes_of("before");
  put_on_disk(w.disk / "to/it", before);
  auto request = w.tree_request_for("share");
  request.timeout = 2s;
  const auto code = w.sync_tree_of(request).failure.code;
  CHECK((code == errc::no_sharer || code == errc::sharer_stopped));
  CHECK(difference(read_tree(w.disk / "to/it"), before) == "");
}
