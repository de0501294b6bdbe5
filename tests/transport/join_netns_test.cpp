// SPDX-License-Identifier: BSD-3-Clause
// Joins and reports between two hosts, with real sockets.
#include "tests/transport/netns.hpp"
#include "transport/interfaces_linux.hpp"

#include <linux/capability.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <thread>

namespace troupe::test {
namespace {

const group_address group = group_number(1);

/// A sharer that listens on host a, and a receiver on host b.
struct listening_bed : test_bed {
  explicit listening_bed(bool own_reports)
      : shared(a.open_network()), received(b.open_network({32, own_reports})),
        ear(a.reports(*shared, log.handler())), port(b.receiver(*received)) {}

  void join(std::uint64_t first, std::uint64_t count = 1) {
    std::vector<subscription> wanted;
    for (std::uint64_t i = first; i < first + count; ++i)
      wanted.push_back(packets.of(group_number(i)));
    port->join(std::move(wanted));
  }

  bool hears(const group_address& g, membership change, std::size_t times = 1) {
    return eventually([&] { return log.count(g, change) >= times; });
  }

  report_log log;
  packet_log packets;
  std::shared_ptr<network> shared;
  std::shared_ptr<network> received;
  std::unique_ptr<report_port> ear;
  std::unique_ptr<receive_port> port;
};

/// Gives up CAP_NET_RAW on this thread only.
bool drop_net_raw() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capget, &header, data) != 0)
    return false;
  for (auto* set :
       {&data[0].effective, &data[0].permitted, &data[0].inheritable})
    *set &= ~(1u << CAP_NET_RAW);
  return syscall(SYS_capset, &header, data) == 0;
}

} // namespace

TEST_CASE("a sharer hears own reports sooner than the kernel could send them") {
  if (must_skip())
    return;
  listening_bed bed{true};
  std::chrono::nanoseconds fastest = 1h;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    const auto start = std::chrono::steady_clock::now();
    bed.join(i);
    REQUIRE(bed.hears(group_number(i), membership::wanted));
    for (const auto& e : bed.log.entries())
      if (e.change.group == group_number(i) &&
          e.change.change == membership::wanted) {
        fastest = std::min<std::chrono::nanoseconds>(fastest, e.at - start);
        break;
      }
    std::this_thread::sleep_for(20ms);
  }
  CHECK(fastest < 6ms); // two jiffies are 8 ms
  const auto heard = bed.log.entries().front().change;
  CHECK(heard.reporter.bytes[0] == 0xfe);
  CHECK(heard.interface_index == bed.a.index_of("mc0"));
}

TEST_CASE("a rejoin with own reports says done before it says wanted") {
  if (must_skip())
    return;
  listening_bed bed{true};
  bed.join(1, 100);
  REQUIRE(eventually([&] { return bed.log.groups_wanted() == 100; }));
  const auto before = bed.log.entries().size();
  bed.port->rejoin({group_number(7), group_number(99)});
  REQUIRE(bed.hears(group_number(7), membership::done));
  REQUIRE(bed.hears(group_number(99), membership::wanted, 2));
  std::vector<membership> order;
  for (std::size_t i = before; i < bed.log.entries().size(); ++i)
    if (bed.log.entries()[i].change.group == group_number(99))
      order.push_back(bed.log.entries()[i].change.change);
  const auto done =
      std::find(order.begin(), order.end(), membership::done) - order.begin();
  const auto last_wanted =
      std::find(order.rbegin(), order.rend(), membership::wanted);
  CHECK(order.rend() - last_wanted - 1 > done);
  CHECK(bed.port->counters().groups_joined == 102);
}

TEST_CASE("without own reports the kernel tells of joins and leaves") {
  if (must_skip())
    return;
  listening_bed bed{false};
  bed.join(1);
  REQUIRE(bed.hears(group, membership::wanted));
  const auto before = bed.log.count(group, membership::wanted);
  bed.port->rejoin({group});
  CHECK(bed.hears(group, membership::wanted, before + 1));
  bed.port->leave({group});
  CHECK(bed.hears(group, membership::done));
}

/// Groups that a sharer hears of when 400 are joined in a stream and each is
/// left as soon as it is joined: sooner would withdraw the join.
std::size_t heard_of_stream() {
  listening_bed bed{false};
  std::uint64_t left = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    bed.join(i);
    for (; left < bed.port->counters().groups_joined; ++left)
      bed.port->leave({group_number(left)});
    std::this_thread::sleep_for(1ms);
  }
  eventually([&] { return bed.log.groups_wanted() == 400; });
  CHECK(bed.port->counters().joins_failed == 0);
  return bed.log.groups_wanted();
}

TEST_CASE("a stream of joins and leaves through the kernel loses none") {
  if (must_skip())
    return;
  // A busy host may let the kernel's timer wait too long once. A schedule
  // that is wrong loses reports each time.
  std::size_t best = 0;
  for (int attempt = 0; attempt < 3 && best < 400; ++attempt)
    best = std::max(best, heard_of_stream());
  CHECK(best == 400);
}

TEST_CASE("closing a port says done for what it had joined") {
  if (must_skip())
    return;
  const bool own_reports = GENERATE(true, false);
  listening_bed bed{own_reports};
  bed.join(1, 3);
  REQUIRE(eventually([&] { return bed.log.groups_wanted() == 3; }));
  bed.port->close();
  for (std::uint64_t i = 1; i <= 3; ++i)
    CHECK(bed.hears(group_number(i), membership::done));
}

TEST_CASE("a sharer that comes late asks who is waiting") {
  if (must_skip())
    return;
  listening_bed bed{true};
  bed.ear->close();
  bed.join(1, 100);
  // The kernel repeats its reports for up to a second.
  std::this_thread::sleep_for(2500ms);
  report_log late;
  const auto start = std::chrono::steady_clock::now();
  const auto ear = bed.a.reports(*bed.shared, late.handler());
  REQUIRE(eventually([&] { return late.groups_wanted() == 100; }));
  CHECK(std::chrono::steady_clock::now() - start < 2s);
}

TEST_CASE("ten thousand groups spread over several sockets") {
  if (must_skip())
    return;
  listening_bed bed{true};
  constexpr std::uint64_t count = 10000;
  bed.join(0, count);
  REQUIRE(eventually(
      [&] { return bed.port->counters().groups_joined == count; }, 60s));
  CHECK(bed.port->counters().joins_failed == 0);
  CHECK(eventually([&] { return bed.log.groups_wanted() == count; }, 20s));

  // Every socket hears, and only for its own groups.
  const auto sender = bed.a.sender(*bed.shared);
  for (std::uint32_t i = 0; i < 10; ++i)
    send_and_wait(*sender, numbered_train(group_number(i * 1111), 1, 100, i));
  send_and_wait(*sender, numbered_train(group_number(count + 1), 1, 100, 77));
  REQUIRE(eventually([&] { return bed.packets.size() >= 10; }));
  auto numbers = bed.packets.numbers();
  std::sort(numbers.begin(), numbers.end());
  CHECK(numbers == std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});

  // Room that leaves make is used again.
  std::vector<group_address> all;
  for (std::uint64_t i = 0; i < count; ++i)
    all.push_back(group_number(i));
  bed.port->leave(all);
  bed.join(count, 100);
  CHECK(eventually(
      [&] { return bed.port->counters().groups_joined == count + 100; }, 60s));
  CHECK(bed.port->counters().joins_failed == 0);
}

TEST_CASE("reports that cannot come from this link are not believed") {
  if (must_skip())
    return;
  listening_bed bed{true};
  bed.b.command("ip -6 addr add fd00:7::2/64 dev mc0 nodad");
  const auto forge = [&](const char* from, int hops, std::uint64_t number) {
    bed.b.run([&] {
      const unique_fd fd{::socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6)};
      sockaddr_in6 source{};
      source.sin6_family = AF_INET6;
      if (from)
        std::memcpy(&source.sin6_addr, parse_ip6(from)->bytes.data(), 16);
      const int index = static_cast<int>(*find_interface("mc0"));
      ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops,
                   sizeof(hops));
      ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_IF, &index,
                   sizeof(index));
      ::bind(fd.get(), reinterpret_cast<sockaddr*>(&source), sizeof(source));
      const group_change change{
          group_number(number), {}, 0, membership::wanted};
      const auto report = make_report({&change, 1});
      sockaddr_in6 to{};
      to.sin6_family = AF_INET6;
      std::memcpy(&to.sin6_addr, parse_ip6("ff02::16")->bytes.data(), 16);
      to.sin6_scope_id = static_cast<std::uint32_t>(index);
      ::sendto(fd.get(), report.data(), report.size(), 0,
               reinterpret_cast<sockaddr*>(&to), sizeof(to));
    });
  };
  forge("fd00:7::2", 1, 1); // not a link-local address
  forge(nullptr, 64, 2);    // may have crossed a router
  forge(nullptr, 1, 3);     // as it should be
  REQUIRE(bed.hears(group_number(3), membership::wanted));
  CHECK(bed.log.count(group_number(1), membership::wanted) == 0);
  CHECK(bed.log.count(group_number(2), membership::wanted) == 0);
}

TEST_CASE("without CAP_NET_RAW a host can receive but not listen for reports") {
  if (must_skip())
    return;
  test_bed bed;
  const auto shared = bed.a.open_network();
  report_log log;
  const auto ear = bed.a.reports(*shared, log.handler());
  const auto net = bed.b.open_network();
  packet_log packets;
  std::unique_ptr<receive_port> port;
  bool dropped = false;
  error refusal;
  bed.b.run([&] {
    dropped = drop_net_raw();
    if (auto opened = net->open_reports({}, [](auto&&) {}); !opened)
      refusal = opened.error();
    if (auto opened = net->open_receiver({}); opened)
      port = std::move(*opened);
  });
  REQUIRE(dropped);
  CHECK(refusal.code == errc::no_permission);
  CHECK(refusal.what.find("CAP_NET_RAW") != std::string::npos);
  CHECK(refusal.what.find("setcap") != std::string::npos);
  REQUIRE(port);
  port->join({packets.of(group)});
  REQUIRE(eventually([&] { return log.count(group, membership::wanted) > 0; }));
  const auto sender = bed.a.sender(*shared);
  send_and_wait(*sender, numbered_train(group, 5, 100));
  CHECK(eventually([&] { return packets.size() == 5; }));
}

TEST_CASE("the receiver's choice of interface follows the routing table") {
  if (must_skip())
    return;
  net_namespace host;
  net_namespace neighbour;
  host.plug_into(neighbour, "mc0");
  host.plug_into(neighbour, "mc1");
  const auto chosen = [&] {
    std::uint32_t index = 0;
    host.run([&] { index = value_of(receiving_interface(0)); });
    return index;
  };
  CHECK(chosen() == host.index_of("mc0"));
  host.command("ip -6 route add multicast ff1e::/16 dev mc1 table local");
  CHECK(chosen() == host.index_of("mc1"));
  host.command("ip -6 route flush table local type multicast");
  host.run([&] { // an error that names the fix, rather than silence
    const auto none = receiving_interface(0);
    REQUIRE_FALSE(none);
    CHECK(none.error().code == errc::network_error);
    CHECK(none.error().what.find("ff00::/8") != std::string::npos);
  });
}

TEST_CASE("an interface that is not there is an error that says so") {
  if (must_skip())
    return;
  const net_namespace host;
  const auto net = host.open_network();
  std::vector<errc> codes;
  host.run([&] {
    for (std::uint32_t index : {0u, 4711u}) {
      if (auto p = net->open_receiver({.interface_index = index}); !p)
        codes.push_back(p.error().code);
      if (auto p = net->open_sender({.interface_index = index}); !p)
        codes.push_back(p.error().code);
      if (auto p = net->open_reports({.interface_index = index}, {}); !p)
        codes.push_back(p.error().code);
    }
  });
  CHECK(codes == std::vector<errc>(6, errc::no_device));
}

} // namespace troupe::test
