// SPDX-License-Identifier: BSD-3-Clause
#include "capi/context.hpp"

#include "capi/boundary.hpp"
#include "capi/threads.hpp"

#include <librecast/net.h>

#include <unistd.h>

namespace troupe::capi {

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
  if (is_foreign())
    (void)session_.release(); // its threads exist in the parent only
}

context::settings context::get() const {
  monitor_lock lock{monitor_};
  return settings_;
}

void context::set_interface(std::uint32_t index) {
  monitor_lock lock{monitor_};
  settings_.interface_index = index;
}

void context::set_rate(std::uint64_t bits_per_s) {
  monitor_lock lock{monitor_};
  settings_.rate_bits_per_s = bits_per_s;
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
    session_ = std::make_unique<session>();
    owner_ = getpid();
  }
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
}

} // namespace troupe::capi

using namespace troupe::capi;

extern "C" {

lc_ctx_t* lc_ctx_new(void) {
  return guarded<lc_ctx_t*>(nullptr, [] {
    return std::make_unique<lc_ctx_t>(lc_ctx_t{std::make_shared<context>()})
        .release();
  });
}

void lc_ctx_free(lc_ctx_t* ctx) {
  if (ctx == nullptr)
    return;
  errno_keeper keep;
  if (ctx->rep->is_foreign())
    return; // the parent's; a child that ends soon may lose its copy
  ctx->rep->close();
  delete ctx;
}

void lc_ctx_ifx(lc_ctx_t* ctx, unsigned int ifx) {
  if (ctx != nullptr && !ctx->rep->is_foreign())
    ctx->rep->set_interface(ifx);
}

void lc_ctx_ratelimit(lc_ctx_t* ctx, std::size_t bps_out, std::size_t) {
  if (ctx != nullptr && !ctx->rep->is_foreign())
    ctx->rep->set_rate(bps_out);
}

} // extern "C"
