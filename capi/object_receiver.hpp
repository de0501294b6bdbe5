// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/blob.hpp"
#include "core/hash.hpp"
#include "raptorq/object_decoder.hpp"
#include "transport/seal.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace troupe::capi {

/// A packet that carries a symbol, looking into the receive buffer.
struct symbol_packet {
  hash object;
  std::optional<raptorq::oti> info; ///< when the packet says it
  raptorq::payload_id id;
  std::span<const std::byte> symbol;
};

/// Reads a packet of 1060 bytes, or `with_oti` of 1072. nullopt for any other
/// length and for parameters that no librecast host sends.
std::optional<symbol_packet> parse_symbol(std::span<const std::byte> payload,
                                          bool with_oti) noexcept;

/// Objects on their way in. Symbols are kept apart by object id and length, a
/// few objects at a time. Of an encrypted object every transmission has other
/// symbols under the same id, so those of the transmission that seems to have
/// begun last are kept a second time: when the whole does not decrypt, it may
/// be a mix, and the newer transmission is gone on with. One thread at a time.
class object_receiver {
public:
  enum class outcome {
    more,     ///< nothing to tell
    complete, ///< the object is in `out`
    bad_key,  ///< all of one transmission is here and cannot be decrypted
    too_large ///< the object has more than the limit
  };

  /// Takes a packet in. `transfer_bytes` is F where the packet does not say
  /// it; larger objects than `limit` are refused before memory is taken.
  outcome add(const symbol_packet& packet, std::uint64_t transfer_bytes,
              std::uint64_t limit, const std::optional<seal_key>& key,
              blob& out);

  /// Whether the object was given out lately: what follows of it is dropped.
  bool is_done(const hash& object) const noexcept;

private:
  /// What arrived of one object, from some symbol on.
  struct collection {
    explicit collection(const raptorq::oti& info)
        : bytes(info.transfer_bytes), decoder(info, bytes) {}
    bool add(const symbol_packet& packet);

    std::vector<std::byte> bytes;
    raptorq::object_decoder decoder;
  };
  struct pending {
    hash object;
    raptorq::oti info;
    std::unique_ptr<collection> all;
    std::unique_ptr<collection> newer; ///< since a new transmission began
    std::optional<raptorq::payload_id> last_source;
    bool after_repair = false;
  };

  pending& find(const hash& object, const raptorq::oti& info);
  void note_beginning(pending& of, const symbol_packet& packet);
  outcome finish(pending& of, const std::optional<seal_key>& key, blob& out);
  void forget(const pending& which);

  std::vector<pending> pending_; ///< the one used last comes last
  std::array<std::optional<hash>, 2> done_;
  std::size_t next_done_ = 0;
};

} // namespace troupe::capi
