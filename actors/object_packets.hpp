// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/share_index.hpp"
#include "transport/network.hpp"
#include "transport/packet.hpp"
#include "transport/range_seal.hpp"
#include "transport/seal.hpp"
#include "transport/share_signing.hpp"

namespace troupe {

/// Fills trains with the packets of one transmission: the source symbols in
/// order, then repair symbols that differ from one transmission to the next.
/// Keeps its scratch memory, so one per sender. One thread.
class object_packets {
public:
  /// `overhead_packets` beyond K' in each transmission, which is sealed with
  /// `key` if there is one, each with a nonce of its own. Manifests are signed
  /// with `signing`, if there is one.
  object_packets(hash_type type, std::uint32_t overhead_packets,
                 std::optional<seal_key> key = std::nullopt,
                 std::shared_ptr<const share_signing> signing = nullptr,
                 std::optional<range_seal> seal = std::nullopt)
      : type_(type), overhead_packets_(overhead_packets),
        key_(std::move(key)), signing_(std::move(signing)),
        seal_(std::move(seal)) {}

  /// What a filled train carries.
  struct filled {
    std::uint64_t packets = 0;
    std::uint64_t bytes_info = 0;  ///< plain bytes of the object
    std::uint64_t bytes_gross = 0; ///< payload without object id and OTI
  };

  /// Reads `object` and fills `train.bytes`, packet_bytes and burst_packets.
  /// Errors: source_changed, io_error, too_large (needs more than one source
  /// block).
  /// With `sealed_as` it is an object of a sealed range channel.
  expected<filled> fill(packet_train& train,
                        const object_directory::found& object,
                        const std::optional<hash>& sealed_as = std::nullopt);

private:
  /// Encodes `data`, which stands for `plain_bytes` bytes.
  expected<filled> encode(packet_train& train, const hash& id,
                          std::span<const std::byte> data,
                          std::size_t plain_bytes, bool with_info);
  /// What travels in place of `plain`; valid until the next call.
  std::span<const std::byte> seal_if_asked(std::span<const std::byte> plain);

  hash_type type_;
  std::uint32_t overhead_packets_;
  std::optional<seal_key> key_;
  std::shared_ptr<const share_signing> signing_;
  std::optional<range_seal> seal_;
  std::vector<std::byte> sealed_;
  std::uint32_t transmissions_ = 0;
  std::vector<std::byte> scratch_;
  std::vector<std::uint32_t> esis_;
};

} // namespace troupe
