// SPDX-License-Identifier: BSD-3-Clause
// How a channel sends: sealed, encoded, signed and paced, in this order.
#include "capi/boundary.hpp"
#include "capi/channel.hpp"
#include "capi/net_socket.hpp"
#include "capi/tokens.hpp"
#include "core/hasher.hpp"
#include "transport/packet.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace troupe::capi {

namespace {

constexpr std::size_t batch_packets = 64;
constexpr std::size_t paced_batch_packets = 8;
/// What lc_channel_send returns for one symbol: the symbol and its id.
constexpr ssize_t symbol_result = raptorq::payload_id_bytes +
                                  classic_symbol_bytes;

std::uint64_t bytes_of(std::span<const iovec> pieces) {
  return std::accumulate(
      pieces.begin(), pieces.end(), std::uint64_t{0},
      [](std::uint64_t sum, const iovec& each) { return sum + each.iov_len; });
}

std::vector<std::byte> joined(std::span<const iovec> pieces) {
  std::vector<std::byte> all;
  all.reserve(bytes_of(pieces));
  for (const auto& each : pieces) {
    const auto* begin = static_cast<const std::byte*>(each.iov_base);
    all.insert(all.end(), begin, begin + each.iov_len);
  }
  return all;
}

iovec piece_of(std::span<const std::byte> bytes) {
  return {const_cast<std::byte*>(bytes.data()), bytes.size()};
}

/// Packets with a token before them and a signature behind them.
struct signed_packets {
  std::vector<std::array<unsigned char, token_signature_bytes>> signatures;
  std::vector<iovec> pieces;
  std::vector<packet> packets;

  bool make(std::span<const packet> from, const lc_token_t& token,
            const unsigned char* secret) {
    signatures.resize(from.size());
    std::size_t count = 0;
    for (const auto& each : from)
      count += each.pieces.size() + 2;
    pieces.reserve(count); // or spans into it would move
    for (std::size_t i = 0; i < from.size(); ++i) {
      const auto begin = pieces.size();
      pieces.push_back({const_cast<lc_token_t*>(&token), token_bytes});
      pieces.insert(pieces.end(), from[i].pieces.begin(),
                    from[i].pieces.end());
      if (!sign_packet(std::span{pieces}.subspan(begin), secret,
                       signatures[i]))
        return false;
      pieces.push_back({signatures[i].data(), token_signature_bytes});
      packets.push_back({std::span{pieces}.subspan(begin)});
    }
    return true;
  }
};

std::chrono::nanoseconds now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

} // namespace

ssize_t channel::send(std::span<const iovec> content, bool next, int flags) {
  const auto by = socket();
  if (!by)
    return -1;
  const auto how = get();
  monitor_lock lock{sending_};
  if ((how.coding & LC_CODE_FEC_RQ) != 0)
    return send_coded(*by->wire, how, content, next, flags);
  return send_plain(*by->wire, how, content, flags);
}

ssize_t channel::send_plain(wire_socket& by, const settings& how,
                            std::span<const iovec> content, int flags) {
  std::optional<seal_key> key;
  if (!encryption(how, key))
    return -1;
  packet one{content};
  blob sealed;
  iovec piece{};
  if (key) {
    sealed = seal(joined(content), *key);
    piece = piece_of(sealed.view());
    one.pieces = std::span{&piece, 1};
  }
  if (!dispatch(by, how, std::span{&one, 1}, flags))
    return -1;
  return static_cast<ssize_t>(bytes_of(content));
}

bool channel::begin_object(const settings& how,
                           std::span<const iovec> content) {
  std::optional<seal_key> key;
  if (!encryption(how, key))
    return false;
  blob plain{joined(content)};
  const auto id = hash_of(type_, plain.view());
  object_sender::options options;
  options.with_oti = (how.coding & LC_CODE_FEC_OTI) != 0;
  options.only_repair = (how.coding & LC_CODE_FEC_RAND) != 0;
  if (how.overhead_packets >= 0)
    options.overhead_packets = static_cast<std::uint32_t>(how.overhead_packets);
  object_.reset();
  content_bytes_ = plain.size();
  try {
    object_.emplace(id, key ? seal(plain.view(), *key) : plain, options);
  } catch (const std::length_error&) {
    return fail(EMSGSIZE, false);
  }
  current_bytes_ = object_->transfer_bytes();
  return true;
}

ssize_t channel::send_coded(wire_socket& by, const settings& how,
                            std::span<const iovec> content, bool next,
                            int flags) {
  if (next ? !object_ : bytes_of(content) == 0)
    return fail(EINVAL, -1);
  if (!next && !begin_object(how, content))
    return -1;
  if (how.overhead_packets < 0)
    return send_packets(by, how, 1, flags) ? symbol_result : -1;
  object_->rewind();
  return send_packets(by, how, object_->packets(), flags)
             ? static_cast<ssize_t>(content_bytes_)
             : -1;
}

bool channel::send_packets(wire_socket& by, const settings& how,
                           std::uint64_t count, int flags) {
  const auto bytes = object_->packet_bytes();
  std::vector<std::byte> buffer;
  std::vector<iovec> pieces;
  std::vector<packet> packets;
  while (count > 0) {
    const bool paced = rate_bits_per_s_ != 0;
    const auto some = std::min<std::uint64_t>(
        count, paced ? paced_batch_packets : batch_packets);
    buffer.resize(some * bytes);
    object_->next(buffer);
    pieces.resize(some);
    packets.resize(some);
    for (std::size_t i = 0; i < some; ++i) {
      pieces[i] = piece_of(std::span{buffer}.subspan(i * bytes, bytes));
      packets[i].pieces = std::span{&pieces[i], 1};
    }
    if (!dispatch(by, how, packets, flags))
      return false;
    count -= some;
  }
  return true;
}

bool channel::pace(wire_socket& by, std::uint64_t bytes) {
  if (const auto rate = rate_bits_per_s_.load(); rate != paced_bits_per_s_) {
    paced_bits_per_s_ = rate;
    // What one hundredth of a second carries, but a few packets at least.
    pacer_ = pacer{rate, std::max<std::uint64_t>(rate / 800, 4096)};
  }
  if (paced_bits_per_s_ == 0)
    return true;
  for (;;) {
    const auto delay = pacer_.delay(now());
    if (delay.count() <= 0)
      break;
    if (!by.sleep(delay))
      return false;
  }
  pacer_.spend(bytes, now());
  return true;
}

bool channel::dispatch(wire_socket& by, const settings& how,
                       std::span<const packet> packets, int flags) {
  const bool is_signed =
      how.token != nullptr && how.signing_key.key != nullptr;
  if (is_signed && how.signing_key.keylen < sizeof(lc_keypair_t::sk))
    return fail(EINVAL, false);
  signed_packets with_token;
  if (is_signed) {
    if (!with_token.make(packets, *how.token, how.signing_key.key))
      return fail(EKEYREJECTED, false);
    packets = with_token.packets;
  }
  std::uint64_t bytes = 0;
  for (const auto& each : packets)
    bytes += bytes_of(each.pieces);
  if (!pace(by, bytes))
    return false;
  return (flags & MSG_DROP) != 0 ||
         by.send(address(), name_.id, packets, flags & ~MSG_DROP);
}

} // namespace troupe::capi
