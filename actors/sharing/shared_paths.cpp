// SPDX-License-Identifier: BSD-3-Clause
#include "actors/sharing/shared_paths.hpp"

#include "actors/sharing/fingerprint.hpp"
#include "core/hasher.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

namespace troupe {

using namespace std::chrono_literals;

namespace {

/// A lookup takes a step for each group; more paths share one.
constexpr std::size_t most_groups = 64;
/// Looking takes this part of the time at most, ...
constexpr int share_of_time = 50;
/// ... and this one while there is something to see.
constexpr int restless_share_of_time = 10;
/// Who never stops writing is indexed in the middle of it.
constexpr auto most_patience = 2s;

/// Sleeps; false when it was woken up to stop.
bool sleep_for(std::stop_token stop, std::chrono::nanoseconds time) {
  std::mutex lock;
  std::condition_variable_any never;
  std::unique_lock guard{lock};
  never.wait_for(guard, stop, time, [] { return false; });
  return !stop.stop_requested();
}

} // namespace

shared_paths::shared_paths(std::vector<std::string> paths, sharing_options how)
    : how_(std::move(how)), paths_(std::move(paths)) {
  groups_.resize(std::clamp<std::size_t>(paths_.size(), 1, most_groups));
  for (std::size_t i = 0; i < paths_.size(); ++i)
    groups_[i % groups_.size()].paths.push_back(paths_[i]);
  live_ = std::make_shared<live_index>(how_.type, how_.range_symbol_bytes,
                                       groups_.size());
}

hash shared_paths::fingerprint(const group& some,
                               const std::stop_token& stop) const {
  hasher sum{hash_type::blake2b};
  for (const auto& path : some.paths)
    sum.update(fingerprint_of(path, stop, share_name(path), how_.exclude));
  return sum.finish();
}

expected<std::vector<indexed_file>>
shared_paths::index_group(std::size_t number, const hash& as,
                          std::stop_token stop) {
  auto& some = groups_[number];
  auto index =
      std::make_shared<share_index>(how_.type, how_.range_symbol_bytes);
  auto files = index_files(*index, some.paths, how_.recursive,
                           how_.trees.get(), stop, how_.exclude);
  if (!files)
    return files;
  some.indexed_as = as;
  live_->set(number, std::move(index));
  return files;
}

expected<std::vector<indexed_file>>
shared_paths::open(std::stop_token stop) {
  std::set<std::string> names;
  for (const auto& path : paths_)
    if (!names.insert(share_name(path)).second)
      return error{errc::already_exists,
                   "'" + path + "' has the same name as another shared path"};
  std::vector<indexed_file> result;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    // Taken before: what changes meanwhile has changed since.
    const auto as = fingerprint(groups_[i], stop);
    if (stop.stop_requested())
      return errc::cancelled;
    auto files = index_group(i, as, stop);
    if (!files)
      return files.error();
    groups_[i].seen_as = as;
    result.insert(result.end(), files->begin(), files->end());
  }
  return result;
}

void shared_paths::look_at(std::size_t number, std::stop_token stop,
                           const observer& tell) {
  auto& some = groups_[number];
  const auto began = clock::now();
  const auto there = fingerprint(some, stop);
  if (stop.stop_requested())
    return;
  spent_looking_ += clock::now() - began; // reading what changed not counted
  const bool is_quiet = there == some.seen_as;
  some.seen_as = there;
  if (there == some.indexed_as)
    return;
  const auto at = clock::now();
  if (some.changed == clock::time_point{})
    some.changed = at;
  if (!is_quiet && at - some.changed < most_patience)
    return;
  some.changed = {};
  const auto files = index_group(number, there, stop);
  if (stop.stop_requested())
    return;
  if (files) {
    for (const auto& file : *files)
      tell.renewed(file);
  } else if (fingerprint(some, stop) == there && !stop.stop_requested()) {
    // As it is now it cannot be shared; nobody is to wait for what was.
    live_->set(number, nullptr);
    some.indexed_as = there;
    tell.lost(files.error());
  }
}

/// Something has changed and was not quiet yet.
bool shared_paths::is_restless() const {
  return std::any_of(groups_.begin(), groups_.end(), [](const group& some) {
    return some.changed != clock::time_point{};
  });
}

void shared_paths::look(std::stop_token stop, const observer& tell,
                        const std::atomic<std::uint64_t>& changes_seen) {
  // What cannot be watched is looked at all the same.
  if (!std::exchange(is_watching_, true))
    for (const auto& path : paths_)
      events_.watch(path);
  const auto at = clock::now();
  const auto seen = changes_seen.load();
  has_happened_ = events_.happened() || has_happened_;
  const bool is_hasty =
      (has_happened_ || is_restless()) && at >= restless_next_look_;
  if (at < next_look_ && seen == std::exchange(changes_known_, seen) &&
      !is_hasty)
    return;
  has_happened_ = false;
  spent_looking_ = {};
  for (std::size_t i = 0; i < groups_.size() && !stop.stop_requested(); ++i)
    look_at(i, stop, tell);
  const auto done = clock::now();
  const auto pause = [&](int part) {
    return std::max<clock::duration>(look_interval / 2,
                                     spent_looking_ * part);
  };
  next_look_ = done + pause(share_of_time);
  restless_next_look_ = done + pause(restless_share_of_time);
}

void shared_paths::watch(std::stop_token stop, const observer& tell,
                         const std::atomic<std::uint64_t>& changes_seen) {
  changes_known_ = changes_seen;
  while (sleep_for(stop, look_interval))
    look(stop, tell, changes_seen);
}

} // namespace troupe
