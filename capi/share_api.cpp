// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/mdex_handle.hpp"
#include "capi/options.hpp"
#include "capi/share_call.hpp"

using namespace troupe;
using namespace troupe::capi;

extern "C" {

lc_share_t* lc_share(lc_ctx_t* ctx, mdex_t* mdex, unsigned int ifx,
                     lc_stat_t* stats, lc_sync_options_t* opt, int flags) {
  if (ctx == nullptr || mdex == nullptr || !is_known(opt) ||
      (flags & ~LC_SHARE_LOOPBACK) != 0)
    return fail<lc_share_t*>(EINVAL, nullptr);
  return guarded<lc_share_t*>(nullptr, [&]() -> lc_share_t* {
    const no_cancel guard;
    int error = 0;
    const auto call = ctx->rep->enter(error);
    if (!call)
      return fail<lc_share_t*>(error, nullptr);
    const auto settings = ctx->rep->get();
    share_request request;
    request.index = handle_of(mdex).index;
    request.send.interface_index = ifx != 0 ? ifx : settings.interface_index;
    request.send.rate_bits_per_s = settings.rate_bits_per_s;
    request.send.loopback = (flags & LC_SHARE_LOOPBACK) != 0;
    if (settings.overhead_packets >= 0)
      request.overhead_packets =
          static_cast<std::uint32_t>(settings.overhead_packets);
    auto key = settings.encryption();
    if (!key)
      return fail<lc_share_t*>(key.error().code, nullptr);
    request.key = std::move(*key);
    if (request.key) // nothing in the clear
      request.index = classic_only(handle_of(mdex).index);

    auto handle = std::make_unique<lc_share_s>();
    handle->owner = ctx->rep;
    const auto result =
        share_call::start(*call, std::move(request), stats, guard);
    if (!result)
      return fail<lc_share_t*>(result.error().code, nullptr);
    handle->share = *result;
    return handle.release();
  });
}

void lc_unshare(lc_share_t* share) {
  if (share == nullptr)
    return;
  errno_keeper keep;
  if (share->owner->is_foreign() || !share->life.end())
    return; // the parent's, or ended before
  const no_cancel guard;
  {
    int error = 0;
    // After lc_ctx_free there is no session left, and the share has ended.
    const auto call = share->owner->enter(error);
    if (call)
      share->share->cancel();
    share->share->wait_until_ended();
  }
  if (share->life.drop())
    delete share;
}

lc_share_t* lc_share_acquire(lc_share_t* share) {
  return share != nullptr && share->life.acquire() ? share : nullptr;
}

void lc_share_release(lc_share_t* share) {
  errno_keeper keep;
  if (share != nullptr && share->life.drop())
    delete share;
}

} // extern "C"
