// SPDX-License-Identifier: BSD-3-Clause
#include "actors/relay/relay_inbox.hpp"
#include "actors/relay/relayed_joins.hpp"
#include "transport/sim_net.hpp"

#include "tests/support/catch.hpp"

using namespace troupe;

namespace {

ip6_address numbered(std::uint8_t first, std::uint8_t second,
                     std::uint32_t number) {
  ip6_address address;
  address.bytes[0] = first;
  address.bytes[1] = second;
  for (std::size_t i = 0; i < 4; ++i)
    address.bytes[15 - i] = static_cast<std::uint8_t>(number >> 8 * i);
  return address;
}

group_change change(std::uint32_t number, membership what) {
  return {numbered(0xff, 0x1e, number), numbered(0xfe, 0x80, number + 1), 7,
          what};
}

bool same(const group_change& a, const group_change& b) {
  return a.group == b.group && a.reporter == b.reporter &&
         a.interface_index == b.interface_index && a.change == b.change;
}

} // namespace

TEST_CASE("what a relay writes is read as it was") {
  const std::vector<group_change> all{change(1, membership::wanted),
                                      change(2, membership::done),
                                      change(300, membership::wanted)};
  const auto text = write_relayed(all);
  CHECK(text.size() == 3 * 33);
  const auto back = read_relayed(text, 7);
  REQUIRE(back);
  REQUIRE(back->size() == 3);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(same((*back)[i], all[i]));
  const auto empty = read_relayed({}, 7);
  REQUIRE(empty);
  CHECK(empty->empty());
}

TEST_CASE("what no relay writes is refused") {
  const auto good = write_relayed(std::vector{change(1, membership::wanted)});
  const auto refused = [](const std::string& text) {
    const auto got = read_relayed(text, 1);
    return !got && got.error().code == errc::invalid_argument;
  };
  CHECK(refused(good.substr(1)));
  CHECK(refused(good + "x"));
  auto bad = good;
  bad[0] = 2;
  CHECK(refused(bad));
  bad = good;
  bad[1] = '\x20'; // no group
  CHECK(refused(bad));
  bad = good;
  bad[2] = '\x02'; // of the link only
  CHECK(refused(bad));
  std::string many;
  for (std::size_t i = 0; i <= max_relayed_records; ++i)
    many += good;
  CHECK(refused(many));
  CHECK_FALSE(refused(many.substr(good.size())));
}

TEST_CASE("a relay's joins are forgotten as leaves") {
  relayed_joins joins;
  std::vector<group_change> changes{
      change(1, membership::wanted), change(2, membership::wanted),
      change(1, membership::wanted), change(2, membership::done)};
  CHECK(joins.take(changes) == 0);
  CHECK(changes.size() == 4);
  CHECK(joins.size() == 1);
  const auto left = joins.forget();
  REQUIRE(left.size() == 1);
  CHECK(same(left[0], change(1, membership::done)));
  CHECK(joins.forget().empty());
}

TEST_CASE("a relay has a bound of joins, and room comes back") {
  relayed_joins joins;
  std::vector<group_change> changes;
  for (std::uint32_t i = 0; i < max_relayed_joins + 5; ++i)
    changes.push_back(change(i, membership::wanted));
  CHECK(joins.take(changes) == 5);
  CHECK(changes.size() == max_relayed_joins);
  changes = {change(3, membership::wanted), change(0, membership::done),
             change(max_relayed_joins, membership::wanted),
             change(max_relayed_joins + 1, membership::wanted)};
  CHECK(joins.take(changes) == 1);
  CHECK(joins.size() == max_relayed_joins);
}

TEST_CASE("a share hears what is put into its inbox, four batches at a time") {
  const auto inbox = std::make_shared<relay_inbox>(
      std::make_shared<sim_net>(sim_net_options{}));
  const std::vector<group_change> changes{change(1, membership::wanted)};
  CHECK(inbox->put(changes)); // nobody listens: dropped
  std::vector<report_batch> heard;
  auto port = inbox->open_reports(
      {}, [&](report_batch&& one) { heard.push_back(std::move(one)); });
  REQUIRE(port);
  for (int i = 0; i < 4; ++i)
    CHECK(inbox->put(changes));
  CHECK_FALSE(inbox->put(changes));
  REQUIRE(heard.size() == 4);
  CHECK(same(heard[0].changes.front(), changes.front()));
  heard.pop_back();
  CHECK(inbox->put(changes));
  CHECK(heard.size() == 4);
  (*port)->close();
  heard.clear();
  CHECK(inbox->put(changes));
  CHECK(heard.empty());
}
