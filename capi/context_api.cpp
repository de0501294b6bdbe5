// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/context.hpp"

#include <librecast/net.h>

using namespace troupe;
using namespace troupe::capi;

namespace {

/// The context behind a handle, unless it belongs to another process.
context* usable(lc_ctx_t* ctx) {
  return ctx == nullptr || ctx->rep->is_foreign() ? nullptr : ctx->rep.get();
}

lc_key_t* key_of(context::settings& settings, int type) {
  switch (type) {
  case LC_CODE_SYMM:
    return &settings.shared_key;
  case LC_CODE_PUBK:
    return &settings.public_key;
  default:
    return nullptr;
  }
}

int result(int error) { return error == 0 ? 0 : fail(error, -1); }

int set_key(lc_ctx_t* ctx, lc_key_t key, int type) {
  auto* rep = usable(ctx);
  if (rep == nullptr)
    return fail(EINVAL, -1);
  const bool known = rep->set([&](context::settings& settings) {
    auto* to = key_of(settings, type);
    if (to != nullptr)
      *to = key;
    return to != nullptr;
  });
  return known ? 0 : fail(EINVAL, -1);
}

} // namespace

extern "C" {

lc_ctx_t* lc_ctx_new(void) {
  return guarded<lc_ctx_t*>(nullptr, [] {
    auto handle = std::make_unique<lc_ctx_t>();
    handle->rep = std::make_shared<context>();
    return handle.release();
  });
}

void lc_ctx_free(lc_ctx_t* ctx) {
  if (ctx == nullptr)
    return;
  errno_keeper keep;
  if (ctx->rep->is_foreign())
    return; // the parent's; a child that ends soon may lose its copy
  if (!ctx->life.end())
    return;
  ctx->rep->close();
  if (ctx->life.drop())
    delete ctx;
}

lc_ctx_t* lc_ctx_acquire(lc_ctx_t* ctx) {
  return ctx != nullptr && ctx->life.acquire() ? ctx : nullptr;
}

void lc_ctx_release(lc_ctx_t* ctx) {
  errno_keeper keep;
  if (ctx != nullptr && ctx->life.drop())
    delete ctx;
}

void lc_ctx_ifx(lc_ctx_t* ctx, unsigned int ifx) {
  if (auto* rep = usable(ctx); rep != nullptr)
    rep->set([&](auto& settings) { settings.interface_index = ifx; });
}

void lc_ctx_ratelimit(lc_ctx_t* ctx, std::size_t bps_out, std::size_t) {
  if (auto* rep = usable(ctx); rep != nullptr)
    rep->set([&](auto& settings) { settings.rate_bits_per_s = bps_out; });
}

int lc_ctx_debug(lc_ctx_t* ctx, int debug) {
  auto* rep = usable(ctx);
  if (rep == nullptr)
    return fail(EINVAL, -1);
  return rep->set([&](auto& settings) {
    return debug == -1 ? settings.debug : settings.debug = debug;
  });
}

FILE* lc_ctx_stream(lc_ctx_t* ctx, FILE* stream) {
  auto* rep = usable(ctx);
  if (rep == nullptr)
    return fail<FILE*>(EINVAL, nullptr);
  return rep->set([&](auto& settings) {
    return stream == nullptr ? settings.stream : settings.stream = stream;
  });
}

int lc_ctx_hash_set(lc_ctx_t* ctx, int type) {
  auto* rep = usable(ctx);
  if (rep == nullptr || (type != HASH_BLAKE2 && type != HASH_BLAKE3))
    return fail(EINVAL, -1);
  return result(rep->set_hash_type(
      type == HASH_BLAKE3 ? hash_type::blake3 : hash_type::blake2b));
}

int lc_ctx_qpool_init(lc_ctx_t* ctx, int n) {
  auto* rep = usable(ctx);
  if (rep == nullptr || n < 0)
    return fail(EINVAL, -1);
  return guarded(-1, [&] { return result(rep->make_pool(n)); });
}

int lc_ctx_qpool_resize(lc_ctx_t* ctx, int n) {
  auto* rep = usable(ctx);
  if (rep == nullptr || n < 0)
    return fail(EINVAL, -1);
  return guarded(-1, [&] { return result(rep->resize_pool(n)); });
}

int lc_ctx_qpool_free(lc_ctx_t* ctx) {
  auto* rep = usable(ctx);
  if (rep == nullptr)
    return fail(EINVAL, -1);
  rep->end_pool();
  return 0;
}

q_t* lc_ctx_q(lc_ctx_t* ctx) {
  auto* rep = usable(ctx);
  return rep == nullptr ? fail<q_t*>(EINVAL, nullptr) : rep->queue();
}

int lc_ctx_coding_set(lc_ctx_t* ctx, int coding) {
  auto* rep = usable(ctx);
  if (rep == nullptr)
    return fail(EINVAL, -1);
  return rep->set([&](auto& settings) { return settings.coding = coding; });
}

int lc_ctx_coding_get(lc_ctx_t* ctx) {
  auto* rep = usable(ctx);
  return rep == nullptr ? fail(EINVAL, -1) : rep->get().coding;
}

int lc_ctx_set_sym_key(lc_ctx_t* ctx, unsigned char* key, std::size_t len) {
  return set_key(ctx, {key, len}, LC_CODE_SYMM);
}

int lc_ctx_set_pub_key(lc_ctx_t* ctx, unsigned char* key, std::size_t len) {
  return set_key(ctx, {key, len}, LC_CODE_PUBK);
}

int lc_ctx_setkey(lc_ctx_t* ctx, lc_key_t* key, int type) {
  return key == nullptr ? fail(EINVAL, -1) : set_key(ctx, *key, type);
}

int lc_ctx_getkey(lc_ctx_t* ctx, lc_key_t* key, int type) {
  auto* rep = usable(ctx);
  if (rep == nullptr || key == nullptr)
    return fail(EINVAL, -1);
  auto settings = rep->get();
  const auto* from = key_of(settings, type);
  if (from == nullptr)
    return fail(EINVAL, -1);
  *key = *from;
  return 0;
}

int lc_ctx_rq_overhead(lc_ctx_t* ctx, int overhead) {
  auto* rep = usable(ctx);
  if (rep == nullptr)
    return fail(EINVAL, -1);
  return rep->set(
      [&](auto& settings) { return settings.overhead_packets = overhead; });
}

} // extern "C"
