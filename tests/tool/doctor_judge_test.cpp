// SPDX-License-Identifier: BSD-3-Clause
// What cannot be made in a namespace: hardware, limits of the whole machine.
#include "tool/doctor/facts.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>

using namespace troupe::doctor;

namespace {

facts healthy() {
  facts all;
  interface_facts one;
  one.index = 2;
  one.name = "eth0";
  one.is_up = one.has_carrier = one.can_multicast = true;
  one.has_link_local = one.has_route = true;
  one.mtu_bytes = 1500;
  all.interfaces = {one};
  all.chosen = 2;
  all.may_send_raw = true;
  all.receive_buffer_bytes = 4u << 20;
  all.option_memory_bytes = 131072;
  all.data = all.report = echo::heard;
  return all;
}

/// Ids of all findings of that severity, separated by spaces.
std::string ids(const facts& all, severity how) {
  std::string text;
  for (const auto& one : judge(all))
    if (one.how == how)
      text += (text.empty() ? "" : " ") + one.id;
  return text;
}

} // namespace

TEST_CASE("a healthy host has neither faults nor hints") {
  CHECK(ids(healthy(), severity::fault).empty());
  CHECK(ids(healthy(), severity::hint).empty());
  CHECK(ids(healthy(), severity::ok) == "interface data reports");
}

TEST_CASE("what works badly is a hint, with its fix") {
  auto all = healthy();
  all.interfaces[0].is_wireless = true;
  all.interfaces[0].mtu_bytes = 1280;
  all.receive_buffer_bytes = 212992;
  all.may_send_raw = false;
  CHECK(ids(all, severity::fault).empty());
  CHECK(ids(all, severity::hint) ==
        "no-capability receive-buffer small-mtu wireless");
  for (const auto& one : judge(all))
    CHECK((one.how == severity::ok) == one.fix.empty());
}

TEST_CASE("an address that another host has is a fault") {
  auto all = healthy();
  all.interfaces[0].is_duplicate = true;
  CHECK(ids(all, severity::fault) == "duplicate-address");
}

TEST_CASE("an address that is still checked is told from one that is missing") {
  auto all = healthy();
  all.interfaces[0].has_link_local = false;
  CHECK(ids(all, severity::fault) == "no-address");
  all.interfaces[0].is_tentative = true;
  const auto found = judge(all);
  CHECK(found.front().id == "no-address");
  CHECK(found.front().fix.find("wait") == 0);
}

TEST_CASE("too little memory for memberships is a fault") {
  auto all = healthy();
  all.option_memory_bytes = 10'000;
  CHECK(ids(all, severity::fault) == "option-memory");
}

TEST_CASE("without any interface there is one fault and no guess") {
  facts all;
  all.may_send_raw = true;
  all.receive_buffer_bytes = 4u << 20;
  all.option_memory_bytes = 131072;
  CHECK(ids(all, severity::fault) == "no-interface");
}

TEST_CASE("bridges that do not carry the interface do not matter") {
  auto all = healthy();
  bridge_facts bridge;
  bridge.index = 7;
  bridge.name = "br7";
  bridge.is_up = bridge.snoops = true;
  bridge.most_groups = 4096;
  all.bridges = {bridge};
  CHECK(ids(all, severity::fault).empty());
  all.interfaces[0].master = 7;
  CHECK(ids(all, severity::fault) == "snooping-without-querier");
  all.bridges[0].hears_querier = true;
  CHECK(ids(all, severity::fault).empty());
}

TEST_CASE("faults come before hints, hints before what is well") {
  auto all = healthy();
  all.data = echo::not_heard;
  all.interfaces[0].is_wireless = true;
  const auto found = judge(all);
  CHECK(std::is_sorted(
      found.begin(), found.end(),
      [](const auto& a, const auto& b) { return a.how > b.how; }));
  CHECK(found.front().id == "firewall-input");
}
