// SPDX-License-Identifier: BSD-3-Clause
#include "actors/object_packets.hpp"

#include "core/hasher.hpp"
#include "core/manifest.hpp"
#include "raptorq/block_encoder.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// Transmissions of one object differ in their repair symbols, so that a
/// receiver gains from a second one; they start over after so many, so that
/// few generator rows are ever needed.
constexpr std::uint32_t distinct_transmissions = 64;

} // namespace

expected<object_packets::filled>
object_packets::fill(packet_train& train,
                     const object_directory::found& object,
                     const std::optional<hash>& sealed_as) {
  if (const auto* whole = std::get_if<indexed_object>(&object.entry)) {
    const auto proven = signing_ && is_manifest(whole->bytes.view())
                            ? signing_->sign(object.id, type_,
                                             whole->bytes.view())
                            : std::nullopt;
    const auto bytes = proven ? std::span<const std::byte>{*proven}
                              : whole->bytes.view();
    if (sealed_as && seal_) {
      // Its id must not tell what is in it.
      const auto sealed = seal_->seal(*sealed_as, bytes);
      return encode(train, hash_of(type_, sealed), sealed, bytes.size(), true);
    }
    return encode(train, hash_of(type_, bytes), seal_if_asked(bytes),
                  bytes.size(), true);
  }
  const auto& chunk = std::get<indexed_chunk>(object.entry);
  if (auto e = chunk.from->check_unchanged_in(chunk.range); e != errc::none)
    return e;
  scratch_.resize(chunk.range.length);
  if (auto e = chunk.from->read_at(chunk.range.offset, scratch_);
      e != errc::none)
    return e;
  return encode(train, object.id, seal_if_asked(scratch_), scratch_.size(),
                false);
}

std::span<const std::byte>
object_packets::seal_if_asked(std::span<const std::byte> plain) {
  if (!key_)
    return plain;
  sealed_.resize(plain.size() + seal_overhead_bytes);
  seal_into(sealed_, plain, *key_);
  return sealed_;
}

expected<object_packets::filled>
object_packets::encode(packet_train& train, const hash& id,
                       std::span<const std::byte> data,
                       std::size_t plain_bytes, bool with_info) {
  constexpr std::size_t t = classic_symbol_bytes;
  const auto k64 = (data.size() + t - 1) / t;
  const auto code = raptorq::parameters_for(static_cast<std::uint32_t>(
      std::min<std::size_t>(k64, raptorq::source_symbols_max + 1)));
  if (!code)
    return error{errc::too_large, "an object of " +
                                      std::to_string(data.size()) +
                                      " bytes does not fit one source block"};
  const auto k = static_cast<std::uint32_t>(k64);
  const auto packets = code->k_prime + overhead_packets_;
  const auto header = with_info ? object_header_bytes : chunk_header_bytes;
  const auto stride = header + t;
  train.packet_bytes = static_cast<std::uint16_t>(stride);
  // One lost superpacket must leave enough symbols to decode from.
  train.burst_packets = static_cast<std::uint16_t>(
      std::clamp<std::uint32_t>(overhead_packets_, 2, 44) - 1);
  train.bytes.resize(packets * stride);
  const object_info info{.transfer_bytes = data.size()};
  const auto first_repair =
      k + transmissions_++ % distinct_transmissions * packets;
  raptorq::block_encoder encoder{k, static_cast<std::uint32_t>(t), data};
  esis_.clear();
  auto out = std::span{train.bytes};
  for (std::uint32_t i = 0; i < packets; ++i) {
    const auto esi = i < k ? i : first_repair + (i - k);
    const auto packet = out.subspan(i * stride, stride);
    const symbol_id payload{0, esi};
    if (with_info)
      write_object_header(packet.first<object_header_bytes>(), id, info,
                          payload);
    else
      write_chunk_header(packet.first<chunk_header_bytes>(), id, payload);
    if (i < k)
      encoder.source(esi, packet.subspan(header));
    else
      esis_.push_back(esi);
  }
  if (encoder.repair(esis_, out.subspan(k * stride + header), stride) !=
      raptorq::status::done)
    return error{errc::internal, "the encoder refused an object"};
  // As lc_stat_t counts: a payload without object id and OTI.
  return filled{packets, plain_bytes, packets * (t + 4)};
}

} // namespace troupe
