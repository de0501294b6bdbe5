// SPDX-License-Identifier: BSD-3-Clause
// The other half of memory_file_system: what lasts, and what is lost.
#include "tests/support/memory_file_system.hpp"

#include <algorithm>

namespace troupe::test {

void memory_file_system::commit(operation what) {
  for (const auto& each : what) {
    auto& entries = nodes_.at(each.directory)->entries;
    if (each.to)
      entries[each.name] = *each.to;
    else
      entries.erase(each.name);
  }
  pending_.push_back(std::move(what));
}

void memory_file_system::apply(const operation& what) {
  for (const auto& each : what) {
    auto& entries = nodes_.at(each.directory)->durable_entries;
    if (each.to)
      entries[each.name] = *each.to;
    else
      entries.erase(each.name);
  }
}

std::set<std::size_t> memory_file_system::with_dependencies(
    std::set<std::size_t> chosen) const {
  for (auto later = pending_.size(); later-- > 0;) {
    if (!chosen.contains(later))
      continue;
    for (std::size_t before = 0; before < later; ++before)
      for (const auto& a : pending_[before])
        for (const auto& b : pending_[later])
          if (a.directory == b.directory && a.name == b.name)
            chosen.insert(before);
  }
  return chosen;
}

void memory_file_system::make_durable(const std::set<std::size_t>& chosen) {
  std::vector<operation> rest;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (chosen.contains(i))
      apply(pending_[i]);
    else
      rest.push_back(std::move(pending_[i]));
  }
  pending_ = std::move(rest);
}

void memory_file_system::save(inode& node, bool with_attributes) {
  node.durable_data = node.data;
  node.dirty.clear();
  if (with_attributes)
    node.durable = node.now;
}

int memory_file_system::fsync(int fd) {
  auto* node = is_dead() ? nullptr : of(fd);
  if (node == nullptr)
    return -1;
  if (!step(node->is_directory() ? "fsync directory" : "fsync", false)) {
    if (fails_halfway_)
      node->dirty.clear(); // lost, and nobody will say so again
    return -1;
  }
  save(*node, true);
  std::set<std::size_t> chosen;
  for (std::size_t i = 0; i < pending_.size(); ++i)
    for (const auto& each : pending_[i])
      if (each.directory == node->number)
        chosen.insert(i);
  make_durable(with_dependencies(std::move(chosen)));
  return 0;
}

int memory_file_system::fdatasync(int fd) {
  auto* node = is_dead() ? nullptr : of(fd);
  if (node == nullptr)
    return -1;
  if (!step("fdatasync", false)) {
    if (fails_halfway_)
      node->dirty.clear();
    return -1;
  }
  save(*node, false);
  return 0;
}

int memory_file_system::syncfs(int fd) {
  if (is_dead() || of(fd) == nullptr || !step("syncfs", false))
    return -1;
  settle();
  return 0;
}

void memory_file_system::settle() {
  for (auto& [number, node] : nodes_)
    save(*node, true);
  for (const auto& each : pending_)
    apply(each);
  pending_.clear();
}

void memory_file_system::lose(inode& node, survives what,
                              std::mt19937_64& random) {
  const auto chance = [&] { return random() % 2 == 0; };
  const auto old = node.durable_data;
  const auto written = node.data;
  const bool loses_little = chance();
  const bool keeps_length = what == survives::some && chance();
  node.data = old;
  if (keeps_length)
    node.data.bytes.resize(written.bytes.size());
  if (what == survives::some)
    for (const auto page : node.dirty) {
      const auto begin = page * page_bytes;
      // Lost, torn, else whole.
      const auto kind = random() % (loses_little ? 16 : 3);
      if (kind == 0 || begin >= node.data.bytes.size() ||
          begin >= written.bytes.size())
        continue;
      auto length = std::min({page_bytes, node.data.bytes.size() - begin,
                              written.bytes.size() - begin});
      if (kind == 1)
        length = std::min(length, 512 * (1 + random() % 7));
      std::copy_n(written.bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                  length,
                  node.data.bytes.begin() + static_cast<std::ptrdiff_t>(begin));
      if (kind == 1 || written.pages.contains(page))
        node.data.pages.insert(page);
    }
  if (what == survives::nothing || chance())
    node.now = node.durable;
}

void memory_file_system::restart(survives what, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  open_.clear();
  for (auto& [number, node] : nodes_)
    node->locked_by = -1;
  if (what != survives::all) {
    std::set<std::size_t> chosen;
    if (what == survives::some)
      for (std::size_t i = 0; i < pending_.size(); ++i)
        if (random() % 2 == 0)
          chosen.insert(i);
    make_durable(with_dependencies(std::move(chosen)));
    pending_.clear();
    for (auto& [number, node] : nodes_) {
      node->entries = node->durable_entries;
      if (S_ISREG(node->now.mode))
        lose(*node, what, random);
      else if (what == survives::nothing || random() % 2 == 0)
        node->now = node->durable;
    }
  }
  reset_steps();
  settle();
}

} // namespace troupe::test
