// SPDX-License-Identifier: BSD-3-Clause
// What the opaque handles of the C API have in common.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace troupe::capi {

class context;

/// How long the memory of a handle stays: until it was freed once and released
/// as often as it was acquired. Lock-free; any thread.
class lifetime {
public:
  /// False when the handle was freed already.
  bool acquire() noexcept {
    auto seen = state_.load();
    while ((seen & ended) == 0)
      if (state_.compare_exchange_weak(seen, seen + one))
        return true;
    return false;
  }

  /// Marks the handle as freed. False when it was so before.
  bool end() noexcept { return (state_.fetch_or(ended) & ended) == 0; }

  /// Gives back what end() or acquire() held. True: the memory may go.
  bool drop() noexcept {
    auto seen = state_.load();
    do
      if (seen < one)
        return false; // released more often than acquired
    while (!state_.compare_exchange_weak(seen, seen - one));
    return seen - one == ended;
  }

private:
  static constexpr std::uint32_t ended = 1;
  static constexpr std::uint32_t one = 2;
  std::atomic<std::uint32_t> state_{one}; ///< whoever frees it holds one
};

/// A handle that its context frees when nobody did before.
struct owned_handle {
  explicit owned_handle(std::shared_ptr<context> of) : owner(std::move(of)) {}
  owned_handle(const owned_handle&) = delete;
  owned_handle& operator=(const owned_handle&) = delete;
  virtual ~owned_handle() = default;

  /// Ends what goes on; blocked calls fail with `error`. Not a cancellation
  /// point.
  virtual void close(int error) = 0;

  /// Closes it once, and frees the memory unless somebody has acquired it.
  static void free(owned_handle* handle, int error) {
    if (!handle->life.end())
      return;
    handle->close(error);
    if (handle->life.drop())
      delete handle;
  }

  lifetime life;
  const std::shared_ptr<context> owner;
};

} // namespace troupe::capi
