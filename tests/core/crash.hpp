// SPDX-License-Identifier: BSD-3-Clause
// Syncs without a network that are cut off at every step.
#pragma once

#include "core/posix_file.hpp"
#include "tests/core/trees.hpp"
#include "tests/support/memory_file_system.hpp"

#include <fcntl.h>

namespace troupe::test {

using survives = memory_file_system::survives;

/// What is there after a cut, and the seed that draws it.
struct fate {
  survives what;
  std::uint64_t seed;
};

/// kill -9, a power cut that loses all it may, and some in between.
inline std::vector<fate> all_fates() {
  std::vector<fate> fates{{survives::all, 0}, {survives::nothing, 0}};
  for (std::uint64_t seed = 1; seed <= 6; ++seed)
    fates.push_back({survives::some, seed});
  return fates;
}

inline void put(memory_file_system& files, const std::string& path,
                std::span<const std::byte> content) {
  const auto file =
      open_path(files, path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
  REQUIRE(file);
  REQUIRE(write_fully(file, 0, content) == errc::none);
}

/// Nothing if there is no such file.
inline std::optional<bytes> content_of(memory_file_system& files,
                                       const std::string& path) {
  const auto file = open_path(files, path.c_str(), O_RDONLY);
  struct stat info {};
  if (!file || file->fstat(file.get(), info) != 0)
    return std::nullopt;
  bytes content(static_cast<std::size_t>(info.st_size));
  REQUIRE(read_fully(file, 0, content) == errc::none);
  return content;
}

inline std::vector<std::string> names_in(memory_file_system& files,
                                         const std::string& path) {
  std::vector<std::string> names;
  const auto directory = open_path(files, path.c_str(), O_RDONLY | O_DIRECTORY);
  REQUIRE(directory);
  REQUIRE(files.names(directory.get(), names) == 0);
  return names;
}

/// A file as its sharer has it.
inline described describe_file(bytes content) {
  described result;
  result.pack_tree = hash_all(make_memory_source(content));
  result.pack = std::move(content);
  return result;
}

/// What the actors do with a sink. Adds to `fetched` the bytes that would have
/// come from the network.
inline errc sync_with(sink& out, const described& wanted,
                      const file_metadata& metadata,
                      const metadata_choice& choice, std::uint64_t seed,
                      std::uint64_t* fetched = nullptr) {
  const auto old = out.old();
  if (old && !out.left_over() && !out.has_more_to_commit() &&
      old->size() == wanted.pack.size() &&
      hash_all(old).root() == wanted.pack_tree.root())
    return out.commit_unchanged(metadata, choice);
  if (const auto e = write_pack(out, wanted, seed, fetched); e != errc::none)
    return e;
  return out.commit(metadata, choice);
}

/// Runs `sync` in a fresh world of `prepare`, uncut, and says how many steps
/// that takes.
template <class Prepare, class Sync>
std::uint64_t count_steps(Prepare prepare, Sync sync) {
  memory_file_system files;
  prepare(files);
  files.settle();
  files.reset_steps();
  REQUIRE(sync(files) == errc::none);
  return files.steps();
}

/// Cuts `sync` before each of its steps and after the last, lets each fate
/// come, and then calls check(files, was_done): whether the sync had said that
/// it was complete.
template <class Prepare, class Sync, class Check>
void cut_everywhere(Prepare prepare, Sync sync, Check check) {
  const auto steps = count_steps(prepare, sync);
  std::uint64_t cuts = 0;
  for (std::uint64_t step = 1; step <= steps + 1; ++step)
    for (const auto& each : all_fates()) {
      memory_file_system files;
      prepare(files);
      files.settle();
      files.reset_steps();
      files.cut_before(step);
      const bool was_done = sync(files) == errc::none;
      INFO("cut before step " << step << " of " << steps << ", "
                              << (files.trace().empty() ? std::string{}
                                                        : files.trace().back())
                              << ", survives " << static_cast<int>(each.what)
                              << ", seed " << each.seed);
      REQUIRE(files.open_count() == 0);
      files.restart(each.what, each.seed);
      check(files, was_done);
      ++cuts;
    }
  WARN(steps << " steps, " << cuts << " cuts");
}

/// Lets each step fail on its own with `number`, and then calls
/// check(files, was_done).
template <class Prepare, class Sync, class Check>
void fail_everywhere(int number, Prepare prepare, Sync sync, Check check) {
  const auto steps = count_steps(prepare, sync);
  for (std::uint64_t step = 1; step <= steps; ++step) {
    memory_file_system files;
    prepare(files);
    files.settle();
    files.reset_steps();
    if (number == 0)
      files.fill_up_at(step);
    else
      files.fail_at(step, number);
    const bool was_done = sync(files) == errc::none;
    INFO("failure " << number << " at step " << step << " of " << steps << ", "
                    << files.trace().at(
                           std::min<std::size_t>(step, files.trace().size()) -
                           1));
    REQUIRE(files.open_count() == 0);
    files.reset_steps();
    check(files, was_done);
  }
}

} // namespace troupe::test
