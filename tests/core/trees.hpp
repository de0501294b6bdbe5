// SPDX-License-Identifier: BSD-3-Clause
// Directory trees as values: made from a seed, put on a disk, read back, and
// described as a sharer describes them.
#pragma once

#include "core/diff.hpp"
#include "core/pack.hpp"
#include "core/tree_build.hpp"
#include "core/tree_sink.hpp"
#include "tests/core/temp_dir.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <map>

namespace troupe::test {

/// What a name below a directory stands for.
struct node {
  std::uint32_t mode = S_IFREG | 0644;
  bytes content;      ///< of a file
  std::string target; ///< of a symbolic link
  std::int64_t mtime_s = 1'500'000'000;

  static node file(bytes content) { return {S_IFREG | 0644, std::move(content), {}}; }
  static node directory() { return {S_IFDIR | 0755, {}, {}}; }
  static node link(std::string target) {
    return {S_IFLNK | 0777, {}, std::move(target)};
  }
  bool same_as(const node& other) const {
    return (mode & S_IFMT) == (other.mode & S_IFMT) &&
           content == other.content && target == other.target;
  }
};

struct in_path_order {
  bool operator()(const std::string& a, const std::string& b) const {
    return path_less(a, b);
  }
};
/// By path; "" is the directory itself.
using tree = std::map<std::string, node, in_path_order>;

inline tree empty_tree() { return {{"", node::directory()}}; }

/// A tree as its sharer has it.
struct described {
  std::shared_ptr<const catalogue> what;
  bytes pack;
  merkle_tree pack_tree;
};

inline merkle_tree hash_all(std::shared_ptr<const source> input) {
  if (input->size() == 0)
    return {};
  tree_build work{hash_type::blake2b, std::move(input)};
  while (work.hash_next_range() == tree_build::step::more) {
  }
  auto made = work.finish();
  REQUIRE(made);
  return std::move(*made);
}

inline std::vector<catalogue_entry> entries_of(const tree& all) {
  std::vector<catalogue_entry> entries;
  for (const auto& [path, one] : all) {
    catalogue_entry entry;
    entry.path = path;
    entry.metadata.mode = one.mode;
    entry.metadata.uid = ::geteuid();
    entry.metadata.gid = ::getegid();
    entry.metadata.mtime_s = one.mtime_s;
    entry.metadata.mtime_ns = 7000;
    entry.size = one.content.size();
    entry.target = one.target;
    if (!one.content.empty())
      entry.root = hash_all(make_memory_source(one.content)).root();
    entries.push_back(std::move(entry));
  }
  return entries;
}

/// The files one after the other: what a pack has to be, the simple way.
inline bytes concatenation(const tree& all) {
  bytes pack;
  for (const auto& [path, one] : all) {
    if (one.content.size() >= pack_aligned_bytes)
      while (pack.size() % chunk_bytes != 0)
        pack.push_back(std::byte{0});
    pack.insert(pack.end(), one.content.begin(), one.content.end());
  }
  return pack;
}

inline described describe(const tree& all, std::string name = "share") {
  described result;
  result.pack = concatenation(all);
  result.pack_tree = hash_all(make_memory_source(result.pack));
  object_header header;
  header.size = result.pack.size();
  catalogue what;
  what.name = std::move(name);
  what.entries = entries_of(all);
  what.pack =
      make_manifest(hash_type::blake2b, 1368, header, result.pack_tree);
  result.what = std::make_shared<const catalogue>(std::move(what));
  return result;
}

inline void put_on_disk(const std::filesystem::path& top, const tree& all) {
  for (const auto& [path, one] : all) {
    const auto at = path.empty() ? top : top / path;
    if (S_ISDIR(one.mode))
      std::filesystem::create_directory(at);
    else if (S_ISLNK(one.mode))
      std::filesystem::create_symlink(one.target, at);
    else
      write_file(at, one.content);
  }
}

inline void read_below(const std::filesystem::path& at, const std::string& path,
                       tree& into) {
  struct stat info {};
  REQUIRE(::lstat(at.c_str(), &info) == 0);
  node one{info.st_mode, {}, {}};
  one.mtime_s = info.st_mtim.tv_sec;
  if (S_ISREG(info.st_mode))
    one.content = read_file(at);
  if (S_ISLNK(info.st_mode))
    one.target = std::filesystem::read_symlink(at).string();
  into[path] = one;
  if (S_ISDIR(info.st_mode))
    for (const auto& each : std::filesystem::directory_iterator{at}) {
      const auto name = each.path().filename().string();
      read_below(each.path(), path.empty() ? name : path + "/" + name, into);
    }
}

/// Everything below a directory, links not followed.
inline tree read_tree(const std::filesystem::path& top) {
  tree all;
  read_below(top, {}, all);
  return all;
}

/// Empty when both have the same names, types, contents and targets.
inline std::string difference(const tree& a, const tree& b) {
  for (const auto& [path, one] : a) {
    const auto other = b.find(path);
    if (other == b.end())
      return "'" + path + "' is only in the first";
    if (!one.same_as(other->second))
      return "'" + path + "' differs";
  }
  for (const auto& [path, one] : b)
    if (a.find(path) == a.end())
      return "'" + path + "' is only in the second";
  return {};
}

/// What a sync does to a sink, without a network: compares the old pack with
/// the new one, takes over what stays, writes the rest, chunks in the order of
/// the seed and now and then several in one piece. Does not commit. Adds what
/// it wrote to `fetched`.
inline errc write_pack(sink& out, const described& wanted, std::uint64_t seed,
                       std::uint64_t* fetched = nullptr,
                       const chunk_map& unwanted = {}) {
  const auto length = wanted.pack.size();
  sync_plan plan;
  if (const auto old = out.old())
    plan = make_plan(hash_all(old), wanted.pack_tree, out.left_over().get());
  else
    plan = make_plan(wanted.pack_tree);
  if (!unwanted.empty())
    plan = without(std::move(plan), unwanted);
  if (const auto e = out.begin(length); e != errc::none)
    return e;
  for (const auto& copy : plan.copy)
    if (const auto e = out.copy_from_old(
            {copy.from * chunk_bytes, copy.size_bytes}, copy.to * chunk_bytes);
        e != errc::none)
      return e;
  const auto& keep = plan.keep;
  for (auto first = keep.next(0); length > 0 && first < keep.chunks();) {
    auto last = first;
    while (last + 1 < keep.chunks() && keep.contains(last + 1))
      ++last;
    const auto begin = first * chunk_bytes;
    const auto end = std::min<std::uint64_t>((last + 1) * chunk_bytes, length);
    if (const auto e = out.copy_from_old({begin, end - begin}, begin);
        e != errc::none)
      return e;
    first = keep.next(last + 1);
  }
  std::vector<byte_range> runs;
  std::mt19937_64 random{seed};
  std::vector<std::uint64_t> places;
  for (const auto& chunk : plan.fetch)
    places.insert(places.end(), chunk.places.begin(), chunk.places.end());
  std::sort(places.begin(), places.end());
  for (const auto place : places) {
    const auto range = chunk_range(length, place);
    if (!runs.empty() && random() % 2 == 0 &&
        runs.back().offset + runs.back().length == range.offset)
      runs.back().length += range.length;
    else
      runs.push_back(range);
  }
  std::shuffle(runs.begin(), runs.end(), random);
  for (const auto& run : runs) {
    if (const auto e = out.write_at(
            run.offset, std::span<const std::byte>{wanted.pack}.subspan(
                            run.offset, run.length));
        e != errc::none)
      return e;
    if (fetched != nullptr)
      *fetched += run.length;
  }
  return errc::none;
}

/// A whole sync of a directory without a network.
inline errc sync_tree(const std::filesystem::path& top, const described& wanted,
                      tree_sink_options options = {}, std::uint64_t seed = 1,
                      std::uint64_t* fetched = nullptr) {
  options.sync_to_disk = false;
  auto out = make_tree_sink(top, wanted.what, options);
  if (!out)
    return out.error().code;
  if (const auto e =
          write_pack(*out->pack, wanted, seed, fetched, out->unwanted);
      e != errc::none)
    return e;
  return out->pack->commit({}, {});
}

/// 1 to about `most` entries below the top: files of all kinds of lengths,
/// among them empty and zero ones, directories, links.
inline tree random_tree(std::mt19937_64& random, std::size_t most) {
  tree all = empty_tree();
  std::vector<std::string> directories{""};
  const auto count = 1 + random() % most;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& parent = directories[random() % directories.size()];
    std::string name;
    for (auto letters = 1 + random() % 3; letters > 0; --letters)
      name += "ab.-\xc3\x7f z"[random() % 8];
    if (name == "." || name == "..")
      continue;
    const auto path = parent.empty() ? name : parent + "/" + name;
    if (all.count(path) != 0)
      continue;
    switch (random() % 8) {
    case 0:
    case 1:
      all[path] = node::directory();
      directories.push_back(path);
      break;
    case 2:
      all[path] = node::link(random() % 2 == 0 ? "../../nowhere" : name);
      break;
    case 3:
      all[path] = node::file({});
      break;
    case 4:
      all[path] = node::file(bytes(random() % 100'000));
      break;
    case 5:
      all[path] = node::file(random_bytes(random, 1 + random() % 200'000));
      break;
    default:
      all[path] = node::file(random_bytes(random, 1 + random() % 3000));
    }
  }
  if (random() % 8 == 0)
    all["large"] = node::file(random_bytes(
        random, pack_aligned_bytes + random() % (2 * chunk_bytes)));
  return all;
}

} // namespace troupe::test
