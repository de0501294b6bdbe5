// SPDX-License-Identifier: BSD-3-Clause
#include "core/channel_key.hpp"
#include "core/hasher.hpp"
#include "tool/doctor/look.hpp"
#include "transport/asio_network.hpp"
#include "transport/packet.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

namespace troupe::doctor {

namespace {

/// More hosts than that need no counting.
constexpr std::size_t most_sharers = 64;

/// Who sent what; filled on the network's thread.
class answers {
public:
  void take(const packet_batch& batch) {
    const std::lock_guard guard{lock_};
    for (const auto& one : batch.packets) {
      const auto packet = parse_packet(one);
      // Of an encrypted share nothing can be read but who sends it.
      const auto object = packet ? to_hex(packet->object) : std::string{};
      if (one.size() < object_header_bytes || all_.size() >= most_sharers)
        continue;
      const auto known =
          std::any_of(all_.begin(), all_.end(), [&](const auto& each) {
            return each.from == batch.from && each.object == object;
          });
      if (!known)
        all_.push_back({batch.from, object});
    }
  }
  std::vector<sharer_heard> take_all() {
    const std::lock_guard guard{lock_};
    return std::move(all_);
  }

private:
  std::mutex lock_;
  std::vector<sharer_heard> all_;
};

} // namespace

void look_for_sharers(const look_options& options, facts& all) {
  if (all.chosen == 0 || options.name.empty())
    return;
  answers heard;
  const auto net = make_asio_network();
  receive_options here;
  here.interface_index = all.chosen;
  here.loopback = true;
  const auto port = net->open_receiver(here);
  if (!port)
    return;
  std::vector<subscription> wanted;
  for (const auto type : available_hash_types())
    wanted.push_back({group_of(hash_of(type, options.name)),
                      [&heard](packet_batch&& batch) { heard.take(batch); }});
  (*port)->join(std::move(wanted));
  std::this_thread::sleep_for(options.listen);
  (*port)->close();
  all.sharers = heard.take_all();
}

} // namespace troupe::doctor
