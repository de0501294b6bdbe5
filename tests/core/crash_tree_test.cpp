// SPDX-License-Identifier: BSD-3-Clause
// A sync of a directory is cut off, or fails, at every step.
#include "core/destination.hpp"
#include "tests/core/crash.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr auto top = "/to";

tree make_old_tree() {
  std::mt19937_64 random{21};
  auto all = empty_tree();
  all["changes"] = node::file(random_bytes(random, 3 * chunk_bytes + 9));
  all["d"] = node::directory();
  all["d/goes"] = node::file(random_bytes(random, 500));
  all["d/link"] = node::link("../stays");
  all["d/longer"] = node::file(random_bytes(random, 700));
  all["e"] = node::directory();
  all["e/goes with its directory"] = node::file(random_bytes(random, 50));
  all["stays"] = node::file(random_bytes(random, 2 * chunk_bytes));
  return all;
}

const tree& old_tree() {
  static const auto all = make_old_tree();
  return all;
}

tree make_new_tree() {
  std::mt19937_64 random{22};
  auto all = old_tree();
  all["changes"].content[chunk_bytes + 3] ^= std::byte{1};
  all["d/link"].target = "../changes";
  all["d/longer"].content = random_bytes(random, 2 * chunk_bytes);
  all["d/new"] = node::file(random_bytes(random, 300));
  all["d/new link"] = node::link("new");
  all["f"] = node::directory();
  all["f/empty"] = node::file({});
  all["f/large"] = node::file(random_bytes(random, 6 * chunk_bytes));
  all.erase("d/goes");
  all.erase("e/goes with its directory");
  all.erase("e");
  return all;
}

const tree& new_tree() {
  static const auto all = make_new_tree();
  return all;
}

void put_tree(memory_file_system& files, const tree& all) {
  for (const auto& [path, one] : all) {
    const auto at = path.empty() ? std::string{top} : top + ("/" + path);
    if (S_ISDIR(one.mode))
      REQUIRE(files.mkdirat(AT_FDCWD, at.c_str(), 0755) == 0);
    else if (S_ISLNK(one.mode))
      REQUIRE(files.symlinkat(one.target.c_str(), AT_FDCWD, at.c_str()) == 0);
    else
      put(files, at, one.content);
  }
}

void look_below(memory_file_system& files, const std::string& path,
                tree& into) {
  const auto at = path.empty() ? std::string{top} : top + ("/" + path);
  struct stat info {};
  if (files.fstatat(AT_FDCWD, at.c_str(), info, AT_SYMLINK_NOFOLLOW) != 0)
    return;
  node one{info.st_mode, {}, {}};
  one.mtime_s = info.st_mtim.tv_sec;
  if (S_ISREG(info.st_mode))
    one.content = *content_of(files, at);
  if (S_ISLNK(info.st_mode)) {
    one.target.resize(100);
    one.target.resize(static_cast<std::size_t>(
        files.readlinkat(AT_FDCWD, at.c_str(), one.target)));
  }
  into[path] = one;
  if (S_ISDIR(info.st_mode))
    for (const auto& name : names_in(files, at))
      look_below(files, path.empty() ? name : path + "/" + name, into);
}

bool is_ours_by_name(const std::string& path) {
  return path.find(".troupe.") != path.npos;
}

/// Each name stands for what it did in one of both.
std::string torn(memory_file_system& files, const tree& a, const tree& b) {
  tree now;
  look_below(files, {}, now);
  const auto same_as = [](const tree& which, const std::string& path,
                          const node* one) {
    const auto found = which.find(path);
    return one == nullptr ? found == which.end()
                          : found != which.end() && found->second.same_as(*one);
  };
  std::set<std::string> all;
  for (const auto* each : std::initializer_list<const tree*>{&a, &b, &now})
    for (const auto& [path, one] : *each)
      all.insert(path);
  for (const auto& path : all) {
    const auto found = now.find(path);
    const auto* one = found == now.end() ? nullptr : &found->second;
    if (!is_ours_by_name(path) && !same_as(a, path, one) &&
        !same_as(b, path, one))
      return path;
  }
  return {};
}

struct tree_scenario {
  bool has_old = true;
  described wanted = describe(new_tree());

  void prepare(memory_file_system& files) const {
    if (has_old)
      put_tree(files, old_tree());
  }

  errc sync(memory_file_system& files,
            std::uint64_t* fetched = nullptr) const {
    tree_sink_options options;
    options.delete_others = true;
    options.metadata.mode = options.metadata.mtime = true;
    auto out = make_tree_sink(files, top, wanted.what, options);
    if (!out)
      return out.error().code;
    return sync_with(*out->pack, wanted, {}, {}, 5, fetched);
  }

  void check_whole(memory_file_system& files, bool must_be_new) const {
    const auto before = must_be_new ? new_tree() : has_old ? old_tree() : tree{};
    REQUIRE(torn(files, before, new_tree()) == "");
  }

  void check_next(memory_file_system& files) const {
    REQUIRE(sync(files) == errc::none);
    tree now;
    look_below(files, {}, now);
    REQUIRE(difference(now, new_tree()) == "");
    for (const auto& [path, one] : now)
      if (!S_ISLNK(one.mode))
        REQUIRE((one.mtime_s == 1'500'000'000));
    REQUIRE(names_in(files, "/") == std::vector<std::string>{"to"});
    files.restart(survives::nothing); // and it lasts
    check_whole(files, true);
  }
};

} // namespace

TEST_CASE("a directory whose sync is cut off at any step has old or new files",
          "[crash]") {
  const auto scenario = GENERATE(tree_scenario{true}, tree_scenario{false});
  cut_everywhere(
      [&](auto& files) { scenario.prepare(files); },
      [&](auto& files) { return scenario.sync(files); },
      [&](auto& files, bool was_done) {
        scenario.check_whole(files, was_done);
        scenario.check_next(files);
      });
}

TEST_CASE("a directory whose sync fails at any step has old or new files, and"
          " no litter",
          "[crash]") {
  const auto scenario = GENERATE(tree_scenario{true}, tree_scenario{false});
  const auto number = GENERATE(EIO, ENOSPC, 0);
  fail_everywhere(
      number, [&](auto& files) { scenario.prepare(files); },
      [&](auto& files) { return scenario.sync(files); },
      [&](auto& files, bool was_done) {
        scenario.check_whole(files, was_done);
        // What cannot be removed stays; the next sync removes it.
        tree now;
        look_below(files, {}, now);
        for (const auto& [path, one] : now)
          if (is_ours_by_name(path))
            REQUIRE(number == EIO);
        scenario.check_next(files);
      });
}

TEST_CASE("links and directories that a librecast sharer has last, too",
          "[crash]") {
  const auto sync = [](memory_file_system& files) {
    auto to = destination::open(files, top, true);
    if (!to)
      return to.error().code;
    for (const auto& [path, one] : new_tree()) {
      error failed;
      if (S_ISLNK(one.mode))
        failed = to->make_link(path, one.target, {}, {});
      else if (S_ISDIR(one.mode) && !path.empty())
        failed = to->make_directory(path);
      if (failed.code != errc::none)
        return failed.code;
      if (!S_ISREG(one.mode))
        continue;
      auto file = to->file(path, true);
      if (!file)
        return file.error().code;
      if (const auto e = sync_with(**file, describe_file(one.content), {}, {},
                                   1);
          e != errc::none)
        return e;
    }
    return to->make_durable().code;
  };
  const auto without = [](tree all, const tree& others) {
    for (const auto& [path, one] : others)
      if (all.count(path) == 0)
        all.insert({path, one});
    return all;
  };
  cut_everywhere(
      [&](auto& files) { put_tree(files, old_tree()); }, sync,
      [&](auto& files, bool was_done) {
        const auto both = without(new_tree(), old_tree());
        REQUIRE(torn(files, was_done ? both : old_tree(), both) == "");
        REQUIRE(sync(files) == errc::none);
        REQUIRE(torn(files, both, both) == "");
        tree now;
        look_below(files, {}, now);
        for (const auto& [path, one] : now)
          REQUIRE_FALSE(is_ours_by_name(path));
      });
}

TEST_CASE("what a killed sync of a directory has got is not got again",
          "[crash][resume]") {
  const auto scenario = GENERATE(tree_scenario{true}, tree_scenario{false});
  std::uint64_t whole = 0;
  {
    memory_file_system files;
    scenario.prepare(files);
    REQUIRE(scenario.sync(files, &whole) == errc::none);
  }
  const auto steps =
      count_steps([&](auto& files) { scenario.prepare(files); },
                  [&](auto& files) { return scenario.sync(files); });
  std::uint64_t most_again = 0;
  for (std::uint64_t step = 1; step <= steps; ++step) {
    memory_file_system files;
    scenario.prepare(files);
    files.settle();
    files.reset_steps();
    files.cut_before(step);
    std::uint64_t first = 0, second = 0;
    (void)scenario.sync(files, &first);
    files.restart(survives::all);
    REQUIRE(scenario.sync(files, &second) == errc::none);
    INFO("cut before step " << step << " of " << steps << ": " << first
                            << " bytes got first, then " << second);
    // What is got together is written file by file, and chunks of files and of
    // the pack are not the same.
    CHECK(first + second <= whole + 2 * chunk_bytes);
    most_again = std::max(most_again, first + second - std::min(whole, first + second));
  }
  WARN(whole << " bytes, " << most_again << " got again at most");
}
