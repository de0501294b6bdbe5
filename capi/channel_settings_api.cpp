// SPDX-License-Identifier: BSD-3-Clause
// Channels: how they send and receive.
#include "capi/boundary.hpp"
#include "capi/channel.hpp"

#include <librecast/key.h>
#include <librecast/net.h>

using namespace troupe::capi;

namespace {

lc_key_t* key_of(channel::settings& settings, int type) {
  switch (type) {
  case LC_CODE_SYMM:
    return &settings.shared_key;
  case LC_CODE_PUBK:
    return &settings.public_key;
  case LC_CODE_SIGN:
    return &settings.signing_key;
  default:
    return nullptr;
  }
}

int set_key(lc_channel_t* chan, lc_key_t key, int type) {
  if (chan == nullptr)
    return fail(EINVAL, -1);
  const bool known = chan->rep->set([&](channel::settings& settings) {
    auto* to = key_of(settings, type);
    if (to != nullptr)
      *to = key;
    return to != nullptr;
  });
  return known ? 0 : fail(EINVAL, -1);
}

} // namespace

extern "C" {

int lc_channel_coding_set(lc_channel_t* chan, int coding) {
  if (chan == nullptr)
    return fail(EINVAL, -1);
  return chan->rep->set([&](auto& settings) {
    settings.own_coding = true;
    return settings.coding = coding;
  });
}

int lc_channel_coding_get(lc_channel_t* chan) {
  return chan == nullptr ? fail(EINVAL, -1) : chan->rep->get().coding;
}

int lc_channel_set_sym_key(lc_channel_t* chan, unsigned char* key,
                           std::size_t len) {
  return set_key(chan, {key, len}, LC_CODE_SYMM);
}

int lc_channel_set_pub_key(lc_channel_t* chan, unsigned char* key,
                           std::size_t len) {
  return set_key(chan, {key, len}, LC_CODE_PUBK);
}

int lc_channel_setkey(lc_channel_t* chan, lc_key_t* key, int type) {
  return key == nullptr ? fail(EINVAL, -1) : set_key(chan, *key, type);
}

int lc_channel_getkey(lc_channel_t* chan, lc_key_t* key, int type) {
  if (chan == nullptr || key == nullptr)
    return fail(EINVAL, -1);
  auto settings = chan->rep->get();
  const auto* from = key_of(settings, type);
  if (from == nullptr)
    return fail(EINVAL, -1);
  *key = *from;
  return 0;
}

int lc_channel_rq_overhead(lc_channel_t* chan, int overhead) {
  if (chan == nullptr)
    return fail(EINVAL, -1);
  return chan->rep->set(
      [&](auto& settings) { return settings.overhead_packets = overhead; });
}

void lc_channel_ratelimit(lc_channel_t* chan, std::size_t bps_out,
                          std::size_t) {
  if (chan != nullptr)
    chan->rep->set_rate(bps_out);
}

void lc_channel_token_set(lc_channel_t* chan, lc_token_t* token) {
  if (chan != nullptr)
    chan->rep->set([&](auto& settings) { settings.token = token; });
}

void lc_channel_filter_set(lc_channel_t* chan, lc_filter_t* filter) {
  if (chan != nullptr)
    chan->rep->set([&](auto& settings) { settings.filter = filter; });
}

rq_t* lc_channel_rq(lc_channel_t* chan) {
  if (chan == nullptr)
    return fail<rq_t*>(EINVAL, nullptr);
  return guarded<rq_t*>(nullptr, [&] { return chan->rep->parameters(); });
}

} // extern "C"
