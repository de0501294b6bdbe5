// SPDX-License-Identifier: BSD-3-Clause
#include "tests/simulation/parties.hpp"
#include "tests/support/world.hpp"

#include <algorithm>

namespace troupe::test {

namespace {

/// Bytes from one that is read wrongly to the next.
constexpr std::uint64_t lie_distance = 5003;

/// A version that may change under its sharer's feet.
class moody_source final : public source {
public:
  moody_source(const byte_string& all, std::shared_ptr<const file_mood> mood)
      : all_(all), mood_(std::move(mood)) {}

  std::uint64_t size() const noexcept override { return all_.size(); }
  errc check_unchanged() const override {
    return mood_->is_noticed ? errc::source_changed : errc::none;
  }
  errc read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset > all_.size() || out.size() > all_.size() - offset)
      return errc::invalid_argument;
    std::copy_n(all_.data() + offset, out.size(), out.data());
    if (mood_->is_lying)
      for (std::size_t i = 0; i < out.size(); ++i)
        if ((offset + i) % lie_distance == 0)
          out[i] ^= std::byte{0x81};
    return errc::none;
  }

private:
  const byte_string& all_;
  std::shared_ptr<const file_mood> mood_;
};

} // namespace

sharer::sharer(const scenario& plan, std::size_t version)
    : plan_(plan),
      index_(std::make_shared<share_index>(plan.type, plan.symbol_bytes)) {
  const auto& content = plan.versions[version];
  object_header header;
  header.size = content.size();
  header.metadata.mode = 0100644;
  header.name = "file";
  index_->add_file(header, tree_of(plan.type, content),
                   std::make_shared<moody_source>(content, mood_));
}

void sharer::start(stepper& world,
                   const std::shared_ptr<watched_network>& net) {
  if (net->seals)
    net->seals->knows(index_);
  share_request request;
  request.index = index_;
  request.counters = counters_;
  if (plan_.is_sealed)
    request.key = *seal_key::from_bytes(pattern(seal_key_bytes, 1));
  share_environment env;
  env.net = net;
  env.client = world.system.spawn(recording_share_client, reports_);
  supervisor_ = world.system.spawn(share_supervisor, request, env);
  was_started_ = is_alive_ = true;
  caf::actor_cast<caf::abstract_actor*>(supervisor_)
      ->attach_functor([this](const caf::error&) { is_alive_ = false; });
}

void sharer::stop() {
  if (is_alive_)
    compat::anon_send(supervisor_, stop_share{});
}

void sharer::check(judge& court) const {
  if (!is_alive_)
    return;
  const auto& st = peek<share_supervisor_state>(supervisor_);
  for (const auto& one : st.senders) {
    court.demand(one.tickets.size() <= st.env.sends_per_sender,
                 "more sendings are out than there are tickets");
    court.demand(one.bulk_tickets <= 1, "more than one range at a sender");
  }
  court.demand(st.queue.waiting() <= st.queue.remembered(),
               "more groups wait than are known");
}

void sharer::check_end(judge& court, bool was_killed) const {
  if (!was_started_)
    return;
  court.demand(!is_alive_, "a share did not end");
  std::size_t ends = 0;
  for (const auto& report : *reports_)
    ends += report.what != share_report::event::listening;
  court.demand(ends == 1 || (ends == 0 && was_killed),
               "a share did not end with exactly one report");
  court.demand(counters_->send_errors == 0 || was_killed || plan_.events.size(),
               "a sending failed");
}

} // namespace troupe::test
