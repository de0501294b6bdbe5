// SPDX-License-Identifier: BSD-3-Clause
#include "tests/simulation/watched_network.hpp"

#include "core/hasher.hpp"
#include "transport/packet.hpp"

#include <algorithm>

namespace troupe::test {

namespace {

class watching_receive_port final : public receive_port {
public:
  watching_receive_port(std::unique_ptr<receive_port> inner,
                        std::shared_ptr<watched_port> seen, judge& court)
      : inner_(std::move(inner)), seen_(std::move(seen)), court_(court) {}
  ~watching_receive_port() override { watching_receive_port::close(); }

  void join(std::vector<subscription> wanted) override {
    court_.demand(!seen_->is_closed, "a join after the end");
    for (auto& one : wanted) {
      seen_->joined.insert(one.group);
      one.on_packets = [seen = seen_, &court = court_,
                        to = std::move(one.on_packets)](packet_batch&& batch) {
        court.demand(!seen->is_closed, "packets after the end");
        to(std::move(batch));
      };
    }
    seen_->most_seen = std::max(seen_->most_seen, seen_->joined.size());
    court_.demand(seen_->joined.size() <= seen_->most_groups,
                  "more groups joined than allowed");
    inner_->join(std::move(wanted));
  }

  void leave(std::vector<group_address> groups) override {
    for (const auto& group : groups)
      seen_->joined.erase(group);
    inner_->leave(std::move(groups));
  }

  void rejoin(std::vector<group_address> groups) override {
    for (const auto& group : groups)
      court_.demand(seen_->joined.contains(group),
                    "a join repeated that there is not");
    inner_->rejoin(std::move(groups));
  }

  void hear_only(std::vector<ip6_address> senders) override {
    inner_->hear_only(std::move(senders));
  }

  receive_counters counters() const override { return inner_->counters(); }

  void close() override {
    seen_->is_closed = true;
    seen_->joined.clear();
    inner_->close();
  }

private:
  std::unique_ptr<receive_port> inner_;
  std::shared_ptr<watched_port> seen_;
  judge& court_;
};

class watching_send_port final : public send_port {
public:
  watching_send_port(std::unique_ptr<send_port> inner, watched_network& all)
      : inner_(std::move(inner)), all_(all) {}

  void send(std::unique_ptr<packet_train> train,
            std::function<void(train_sent&&)> on_sent) override {
    all_.packets_sent += train->bytes.size() / train->packet_bytes;
    all_.bytes_sent += train->bytes.size();
    if (all_.seals)
      all_.seals->see(*train);
    inner_->send(std::move(train), std::move(on_sent));
  }
  void close() override { inner_->close(); }

private:
  std::unique_ptr<send_port> inner_;
  watched_network& all_;
};

/// The first bytes of what an index has; fewer if there are fewer.
std::vector<std::byte> beginning_of(const index_entry& entry, std::size_t count) {
  if (const auto* whole = std::get_if<indexed_object>(&entry)) {
    const auto all = whole->bytes.view();
    const auto part = all.first(std::min(count, all.size()));
    return {part.begin(), part.end()};
  }
  const auto* chunk = std::get_if<indexed_chunk>(&entry);
  if (chunk == nullptr)
    return {};
  std::vector<std::byte> part(std::min<std::uint64_t>(count, chunk->range.length));
  if (chunk->from->read_at(chunk->range.offset, part) != errc::none)
    return {};
  return part;
}

/// Whether packets of `object` carry the entry.
bool is_of(const hash& object, const object_directory::found& entry,
           hash_type type) {
  const auto* whole = std::get_if<indexed_object>(&entry.entry);
  return whole != nullptr ? hash_of(type, whole->bytes.view()) == object
                          : entry.id == object;
}

} // namespace

void seal_watch::see(const packet_train& train) {
  const auto packet =
      parse_packet(std::span{train.bytes}.first(train.packet_bytes));
  if (!packet || packet->id.encoding_symbol != 0)
    return;
  // The code has 16 bytes; the ciphertext follows.
  constexpr std::size_t stream_bytes = 16;
  const auto cipher = packet->symbol.subspan(16, stream_bytes);
  for (const auto& index : indexes_) {
    const auto found = index->find(group_key(train.to));
    if (!found || !is_of(packet->object, *found, index->type()))
      continue;
    const auto plain = beginning_of(found->entry, stream_bytes);
    if (plain.size() < stream_bytes)
      continue;
    std::array<std::byte, stream_bytes> stream{};
    for (std::size_t i = 0; i < stream_bytes; ++i)
      stream[i] = cipher[i] ^ plain[i];
    court_.demand(stream != std::array<std::byte, stream_bytes>{},
                  "plaintext was sent");
    court_.demand(seen_.insert(stream).second, "a nonce was used twice");
    return;
  }
}

expected<std::unique_ptr<receive_port>>
watched_network::open_receiver(const receive_options& options) {
  auto opened = inner_->open_receiver({});
  if (!opened)
    return opened.error();
  auto seen = std::make_shared<watched_port>();
  seen->receiver = options.interface_index - 1;
  seen->most_groups = budgets.at(seen->receiver);
  ports.push_back(seen);
  return std::unique_ptr<receive_port>{std::make_unique<watching_receive_port>(
      std::move(*opened), std::move(seen), court_)};
}

expected<std::unique_ptr<send_port>>
watched_network::open_sender(const send_options& options) {
  auto opened = inner_->open_sender(options);
  if (!opened)
    return opened.error();
  return std::unique_ptr<send_port>{
      std::make_unique<watching_send_port>(std::move(*opened), *this)};
}

expected<std::unique_ptr<report_port>>
watched_network::open_reports(const send_options& options,
                              report_handler on_reports) {
  return inner_->open_reports(options, std::move(on_reports));
}

} // namespace troupe::test
