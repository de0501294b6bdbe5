// SPDX-License-Identifier: BSD-3-Clause
// Numbered datagrams to a host that sends them back, and what became of them:
// for the tests of links, where ping may not be installed.
//
// usage: link_probe echo PORT
//        link_probe send ADDRESS PORT COUNT GAP_US
//
// echo prints `ready` and ends by a signal. send waits for 0.5 s after its
// last datagram, and prints one line:
//   median_us MEDIAN least_us LEAST most_us MOST sent N back N repeated N late N
// of round trips; `late` are those that came after a later one.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>
#include <vector>

namespace {

struct probe {
  std::uint64_t number;
  std::int64_t sent_ns;
  char filling[1000];
};

std::int64_t now_ns() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000 + t.tv_nsec;
}

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

int open_socket() {
  const int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int room = 4 << 20;
  if (fd < 0)
    fail("socket");
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  return fd;
}

sockaddr_in6 address_of(const char* host, const char* port) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  if (inet_pton(AF_INET6, host, &address.sin6_addr) != 1)
    fail(host);
  return address;
}

int echo(const char* port) {
  const int fd = open_socket();
  auto at = address_of("::", port);
  if (bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0)
    fail("bind");
  std::puts("ready");
  std::fflush(stdout);
  for (;;) {
    probe one{};
    sockaddr_in6 from{};
    socklen_t length = sizeof from;
    auto* who = reinterpret_cast<sockaddr*>(&from);
    const auto got = recvfrom(fd, &one, sizeof one, 0, who, &length);
    if (got == sizeof one)
      sendto(fd, &one, sizeof one, 0, who, length);
  }
}

int send_all(const char* host, const char* port, std::uint64_t count,
             std::int64_t gap_ns) {
  prctl(PR_SET_TIMERSLACK, 1UL);
  const int fd = open_socket();
  auto to = address_of(host, port);
  if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    fail(host);
  std::vector<std::uint32_t> seen(count);
  std::vector<std::int64_t> trips;
  std::uint64_t repeated = 0, late = 0, highest = 0, sent = 0;
  const auto begin = now_ns();
  auto end = begin + static_cast<std::int64_t>(count) * gap_ns + 500'000'000;
  while (now_ns() < end) {
    while (sent < count &&
           now_ns() >= begin + static_cast<std::int64_t>(sent) * gap_ns) {
      probe one{};
      one.number = sent++;
      one.sent_ns = now_ns();
      send(fd, &one, sizeof one, 0);
      if (sent == count)
        end = now_ns() + 500'000'000;
    }
    pollfd readable{fd, POLLIN, 0};
    const timespec left{0, std::min<long>(gap_ns, 100'000)};
    ppoll(&readable, 1, &left, nullptr);
    probe one{};
    while (recv(fd, &one, sizeof one, MSG_DONTWAIT) == sizeof one) {
      if (one.number >= count)
        continue;
      repeated += seen[one.number]++ > 0 ? 1 : 0;
      late += one.number < highest && seen[one.number] == 1 ? 1 : 0;
      highest = std::max(highest, one.number);
      trips.push_back(now_ns() - one.sent_ns);
    }
  }
  std::sort(trips.begin(), trips.end());
  const auto us = [&](std::size_t i) {
    return trips.empty() ? -1 : static_cast<long>(trips[i] / 1000);
  };
  const auto back = static_cast<unsigned long>(
      std::count_if(seen.begin(), seen.end(), [](auto n) { return n > 0; }));
  std::printf("median_us %ld least_us %ld most_us %ld sent %lu back %lu"
              " repeated %lu late %lu\n",
              us(trips.size() / 2), us(0), us(trips.empty() ? 0 : trips.size() - 1),
              static_cast<unsigned long>(count), back,
              static_cast<unsigned long>(repeated),
              static_cast<unsigned long>(late));
  return 0;
}

} // namespace

int main(int count, char** words) {
  if (count == 3 && std::string_view{words[1]} == "echo")
    return echo(words[2]);
  if (count == 6 && std::string_view{words[1]} == "send")
    return send_all(words[2], words[3], std::strtoull(words[4], nullptr, 10),
                    std::strtoll(words[5], nullptr, 10) * 1000);
  std::fprintf(stderr, "usage: link_probe echo PORT | send ADDRESS PORT COUNT"
                       " GAP_US\n");
  return 2;
}
