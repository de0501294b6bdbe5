// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "raptorq/block_decoder.hpp"
#include "raptorq/object_encoder.hpp"
#include "raptorq/parameters.hpp"

#include <lcrq.h>

#include <sys/random.h>

#include <algorithm>
#include <cstring>
#include <mutex>

using namespace troupe::capi;
namespace rq = troupe::raptorq;

/// An object: its parameters, and once it is to be sent a copy of it.
struct rq_s {
  explicit rq_s(const rq::oti& object) : info(object), layout(object) {}

  rq::oti info;
  rq::object_layout layout;
  std::vector<std::byte> bytes;
  mutable std::mutex making; ///< an encoder serves one thread at a time
  mutable std::optional<rq::object_encoder> encoder;
};

size_t RQ_WS_DEFAULT = std::size_t{1} << 30;

namespace {

/// The largest number of symbols of a block that fits `ws_bytes` (RFC 6330
/// section 4.3, with one sub-block); 0 when not even the smallest does.
std::uint64_t block_symbols(std::size_t ws_bytes, std::uint32_t symbol_bytes) {
  const auto room = ws_bytes / symbol_bytes;
  if (room >= rq::source_symbols_max)
    return rq::source_symbols_max;
  std::uint64_t most = 0;
  for (std::uint32_t k = 1; k <= room;) {
    const auto k_prime = rq::parameters_for(k)->k_prime;
    if (k_prime > room)
      break;
    most = k_prime;
    k = k_prime + 1;
  }
  return most;
}

/// Nothing for what RFC 6330 has no parameters for.
std::optional<rq::oti> parameters_of(std::uint64_t f, std::uint16_t t) {
  rq::oti info;
  info.transfer_bytes = f;
  info.symbol_bytes = t;
  info.alignment = RQ_AL;
  if (f == 0 || f > rq::transfer_bytes_max || t == 0 || t % RQ_AL != 0)
    return std::nullopt;
  const auto most = block_symbols(RQ_WS_DEFAULT, t);
  if (most == 0)
    return std::nullopt;
  const auto blocks = (info.total_symbols() + most - 1) / most;
  if (blocks > 255)
    return std::nullopt;
  info.source_blocks = static_cast<std::uint8_t>(blocks);
  if (rq::check(info) != rq::status::done)
    return std::nullopt;
  return info;
}

std::uint32_t random_repair_esi(std::uint32_t k) {
  std::uint32_t random = 0;
  // Cannot fail for so few bytes.
  [[maybe_unused]] const auto got = getrandom(&random, sizeof(random), 0);
  return k + static_cast<std::uint32_t>(std::uint64_t{random} *
                                            (rq::esi_limit - 1 - k) >>
                                        32);
}

int decode(const rq_s& rq, std::uint8_t sbn, std::uint8_t* dec,
           const std::uint8_t* enc, const std::uint32_t* esis,
           std::uint32_t count) {
  const std::uint32_t t = rq.info.symbol_bytes;
  const auto k = rq.layout.symbols(sbn);
  const auto block = std::as_writable_bytes(
      std::span{dec, std::size_t{k} * t});
  rq::block_decoder decoder{k, t, block, std::max(count, 1u)};
  if (decoder.state() != rq::status::done)
    return fail(EINVAL, -1);
  for (std::uint32_t i = 0; i < count; ++i)
    decoder.add(esis[i], std::as_bytes(std::span{enc + std::size_t{i} * t, t}));
  return decoder.decode() == rq::status::done ? 0 : fail(ENODATA, -1);
}

template <std::size_t Bytes, class Word>
void copy_out(const std::array<std::byte, Bytes>& from, Word* to) {
  static_assert(sizeof(Word) == Bytes);
  if (to != nullptr)
    std::memcpy(to, from.data(), Bytes);
}

/// `bytes` bytes of a number in network byte order, from byte `first` on.
template <class Word>
std::uint64_t field(Word word, std::size_t first, std::size_t bytes) {
  unsigned char octets[sizeof(word)];
  std::memcpy(octets, &word, sizeof(word));
  std::uint64_t value = 0;
  for (std::size_t i = first; i < first + bytes; ++i)
    value = value << 8 | octets[i];
  return value;
}

} // namespace

extern "C" {

rq_t* rq_init(std::uint64_t F, std::uint16_t T) {
  const auto info = parameters_of(F, T);
  if (!info)
    return fail<rq_t*>(EINVAL, nullptr);
  return guarded<rq_t*>(nullptr, [&] { return new rq_s{*info}; });
}

void rq_free(rq_t* rq) {
  errno_keeper keep;
  delete rq;
}

std::uint64_t rq_F(const rq_t* rq) {
  return rq != nullptr ? rq->info.transfer_bytes : 0;
}

std::uint16_t rq_T(const rq_t* rq) {
  return rq != nullptr ? rq->info.symbol_bytes : std::uint16_t{0};
}

std::uint16_t rq_Z(const rq_t* rq) {
  return rq != nullptr ? rq->info.source_blocks : std::uint16_t{0};
}

std::uint16_t rq_N(const rq_t* rq) {
  return rq != nullptr ? rq->info.sub_blocks : std::uint16_t{0};
}

std::uint8_t rq_Al(const rq_t* rq) {
  return rq != nullptr ? rq->info.alignment : std::uint8_t{0};
}

std::uint16_t rq_KP(const rq_t* rq) {
  return rq != nullptr ? static_cast<std::uint16_t>(
                             rq::parameters_for(rq_K(rq))->k_prime)
                       : std::uint16_t{0};
}

std::uint16_t rq_K(const rq_t* rq) {
  return static_cast<std::uint16_t>(rq_block_K(rq, 0));
}

std::uint32_t rq_block_K(const rq_t* rq, std::uint8_t sbn) {
  return rq != nullptr && sbn < rq->info.source_blocks ? rq->layout.symbols(sbn)
                                                       : 0;
}

int rq_encode(rq_t* rq, void* data, std::size_t len) {
  if (rq == nullptr || data == nullptr || len == 0 ||
      len > rq->info.transfer_bytes)
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    std::vector<std::byte> bytes(rq->info.transfer_bytes);
    std::memcpy(bytes.data(), data, len);
    rq->encoder.reset();
    rq->bytes = std::move(bytes);
    rq->encoder.emplace(rq->info, rq->bytes);
    return 0;
  });
}

std::uint8_t* rq_symbol(const rq_t* rq, rq_pid_t* pid, std::uint8_t* sym,
                        int flags) {
  if (rq == nullptr || pid == nullptr || sym == nullptr || !rq->encoder)
    return fail<std::uint8_t*>(EINVAL, nullptr);
  const auto sbn = rq_pid2sbn(*pid);
  if (sbn >= rq->info.source_blocks)
    return fail<std::uint8_t*>(EINVAL, nullptr);
  auto esi = rq_pid2esi(*pid);
  if ((flags & RQ_RAND) != 0)
    esi = random_repair_esi(rq->layout.symbols(sbn));
  return guarded<std::uint8_t*>(nullptr, [&] {
    const std::lock_guard lock{rq->making};
    const auto out =
        std::as_writable_bytes(std::span{sym, rq->info.symbol_bytes});
    if (rq->encoder->symbol({sbn, esi}, out) != rq::status::done)
      return fail<std::uint8_t*>(EINVAL, nullptr);
    *pid = rq_pidset(sbn, esi);
    return sym;
  });
}

int rq_decode(rq_t* rq, std::uint8_t* dec, std::uint8_t* enc,
              std::uint32_t ESI[], std::uint32_t nesi) {
  return rq_decode_block(rq, 0, dec, enc, ESI, nesi);
}

int rq_decode_block(rq_t* rq, std::uint8_t sbn, std::uint8_t* dec,
                    const std::uint8_t* enc, const std::uint32_t ESI[],
                    std::uint32_t nesi) {
  if (rq == nullptr || sbn >= rq->info.source_blocks || dec == nullptr ||
      enc == nullptr || ESI == nullptr)
    return fail(EINVAL, -1);
  return guarded(-1, [&] { return decode(*rq, sbn, dec, enc, ESI, nesi); });
}

int rq_oti(rq_t* rq, rq_oti_t* oti, rq_scheme_t* scheme) {
  if (rq == nullptr)
    return fail(EINVAL, -1);
  copy_out(rq::encode_common_oti(rq->info), oti);
  copy_out(rq::encode_scheme_oti(rq->info), scheme);
  return 0;
}

std::uint64_t rq_oti_F(rq_oti_t oti) { return field(oti, 0, 5); }

std::uint16_t rq_oti_T(rq_oti_t oti) {
  return static_cast<std::uint16_t>(field(oti, 6, 2));
}

std::uint8_t rq_oti_Z(rq_scheme_t scheme) {
  return static_cast<std::uint8_t>(field(scheme, 0, 1));
}

std::uint16_t rq_oti_N(rq_scheme_t scheme) {
  return static_cast<std::uint16_t>(field(scheme, 1, 2));
}

std::uint8_t rq_oti_Al(rq_scheme_t scheme) {
  return static_cast<std::uint8_t>(field(scheme, 3, 1));
}

} // extern "C"
