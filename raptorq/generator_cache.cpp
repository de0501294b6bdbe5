// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/generator.hpp"
#include "raptorq/tables.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <list>
#include <mutex>
#include <numeric>

namespace troupe::raptorq {

namespace {

elimination_plan plan_for_source(const parameters& code) {
  std::vector<std::uint32_t> isis(code.k_prime);
  std::iota(isis.begin(), isis.end(), 0U);
  // J(K') is chosen so that the source symbols always determine the block.
  return make_plan(code, isis).value();
}

class generator_cache {
public:
  const generator* find(const parameters& code) {
    slot& s = slots_[code.index];
    if (const generator* ready = s.ready.load(std::memory_order_acquire))
      return ready;
    const std::lock_guard lock(mutex_);
    if (!s.owner) {
      s.owner = std::make_unique<generator>(plan_for_source(code));
      s.ready.store(s.owner.get(), std::memory_order_release);
    }
    return s.owner.get();
  }

private:
  struct slot {
    std::atomic<const generator*> ready = nullptr;
    std::unique_ptr<const generator> owner;
  };
  std::mutex mutex_;
  std::array<slot, systematic_rows> slots_;
};

class plan_cache {
public:
  using plan = std::shared_ptr<const elimination_plan>;

  plan find(const parameters& code) {
    {
      const std::lock_guard lock(mutex_);
      if (plan known = touch(code.index))
        return known;
    }
    // Made without the lock: two threads may both make it, one copy stays.
    auto fresh =
        std::make_shared<const elimination_plan>(plan_for_source(code));
    const std::lock_guard lock(mutex_);
    if (plan known = touch(code.index))
      return known;
    entries_.push_front(fresh);
    bytes_ += fresh->bytes();
    while (bytes_ > plan_cache_bytes && entries_.size() > 1) {
      bytes_ -= entries_.back()->bytes();
      entries_.pop_back();
    }
    return fresh;
  }

private:
  plan touch(std::uint32_t index) {
    const auto found =
        std::find_if(entries_.begin(), entries_.end(),
                     [index](const plan& p) { return p->code.index == index; });
    if (found == entries_.end())
      return nullptr;
    entries_.splice(entries_.begin(), entries_, found);
    return entries_.front();
  }

  std::mutex mutex_;
  std::list<plan> entries_; // most recently used first
  std::size_t bytes_ = 0;
};

} // namespace

const generator* generator_for(const parameters& code) {
  if (code.k_prime > generator_symbols_max)
    return nullptr;
  static generator_cache cache;
  return cache.find(code);
}

std::shared_ptr<const elimination_plan>
encoding_plan_for(const parameters& code) {
  static plan_cache cache;
  return cache.find(code);
}

} // namespace troupe::raptorq
