// SPDX-License-Identifier: BSD-3-Clause
#include "capi/context.hpp"

#include "capi/boundary.hpp"
#include "capi/threads.hpp"

#include <unistd.h>

namespace troupe::capi {

namespace {

/// More than the threads of a session and their stacks take at the start.
constexpr std::size_t session_room_bytes = std::size_t{128} << 20;

} // namespace

void started::cancel() {
  running handle;
  {
    monitor_lock lock{lock_};
    handle = handle_;
  }
  handle.cancel();
}

void started::begun(running handle) {
  monitor_lock lock{lock_};
  if (!ended_)
    handle_ = std::move(handle);
}

void started::ended() {
  running handle; // let go without the lock
  monitor_lock lock{lock_};
  ended_ = true;
  std::swap(handle, handle_);
}

context::~context() {
  if (is_foreign()) { // its threads exist in the parent only
    (void)session_.release();
    (void)pool_.release();
  }
}

context::settings context::get() const {
  monitor_lock lock{monitor_};
  return settings_;
}

expected<std::optional<seal_key>> context::settings::encryption() const {
  if ((coding & LC_CODE_SYMM) == 0)
    return std::optional<seal_key>{};
  if (shared_key.key == nullptr)
    return errc::invalid_argument;
  auto key = seal_key::from_bytes(std::as_bytes(
      std::span{shared_key.key, shared_key.keylen}));
  if (!key)
    return key.error();
  return std::optional<seal_key>{std::move(*key)};
}

int context::set_hash_type(hash_type type) {
  monitor_lock lock{monitor_};
  if (!is_available(type))
    return ENOTSUP;
  if (used_ && settings_.names() != type)
    return EBUSY;
  settings_.type = type;
  return 0;
}

bool context::is_foreign() const noexcept {
  const auto owner = owner_.load();
  return owner != 0 && owner != getpid();
}

std::optional<context::call> context::enter(int& error) {
  if (is_foreign()) {
    error = ECHILD;
    return std::nullopt;
  }
  monitor_lock lock{monitor_};
  if (closed_) {
    error = ECANCELED;
    return std::nullopt;
  }
  if (!session_) {
    signals_blocked mask;
    session_ = with_room(session_room_bytes,
                         [] { return std::make_unique<session>(); });
    owner_ = getpid();
  }
  used_ = true;
  ++calls_;
  return call{*this};
}

void context::leave() {
  monitor_lock lock{monitor_};
  --calls_;
  monitor_.notify_all();
}

void context::call::watch(std::shared_ptr<started> what) const {
  monitor_lock lock{owner_->monitor_};
  if (owner_->closed_)
    what->cancel();
  else
    owner_->watched_.insert(std::move(what));
}

void context::call::unwatch(const std::shared_ptr<started>& what) const {
  monitor_lock lock{owner_->monitor_};
  owner_->watched_.erase(what);
}

int context::remember(owned_handle* handle) {
  monitor_lock lock{monitor_};
  if (closed_)
    return ECANCELED;
  handles_.insert(handle);
  used_ = true;
  return 0;
}

void context::forget(owned_handle* handle) {
  monitor_lock lock{monitor_};
  handles_.erase(handle);
}

void context::has_threads() { owner_ = getpid(); }

int context::make_pool(int threads) {
  monitor_lock lock{pool_lock_};
  if (pool_)
    return EBUSY;
  pool_ = queue_pool::make(threads);
  if (!pool_)
    return errno;
  has_threads();
  queue_ = pool_->queue();
  return 0;
}

int context::resize_pool(int threads) {
  monitor_lock lock{pool_lock_};
  if (!pool_) {
    lock.unlock();
    return make_pool(threads);
  }
  return pool_->resize(threads) ? 0 : errno;
}

void context::end_pool() {
  monitor_lock lock{pool_lock_};
  queue_ = nullptr;
  pool_.reset();
}

void context::end_handles() {
  std::set<owned_handle*> left;
  {
    monitor_lock lock{monitor_};
    left.swap(handles_);
    // Freeing one ends a call of another thread, which then frees the others
    // that it has: they are held until this is over.
    std::erase_if(left, [](auto* each) { return !each->life.acquire(); });
  }
  for (auto* each : left)
    owned_handle::free(each, ECANCELED);
  for (auto* each : left)
    if (each->life.drop())
      delete each;
}

void context::close() {
  const no_cancel guard;
  std::set<std::shared_ptr<started>> watched;
  std::unique_ptr<session> last;
  {
    monitor_lock lock{monitor_};
    closed_ = true;
    watched = watched_;
  }
  for (const auto& each : watched)
    each->cancel();
  {
    monitor_lock lock{monitor_};
    while (calls_ > 0)
      monitor_.wait();
    last = std::move(session_);
  }
  last.reset(); // shares end here, and report
  end_handles();
  end_pool();
}

} // namespace troupe::capi
