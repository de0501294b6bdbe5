// SPDX-License-Identifier: BSD-3-Clause
// A hostile host on the link. It listens to reports and packets, so that it
// knows the groups in use, and sends what looks right and is not.
//
// usage: flood DEVICE SECONDS data     packets with right headers and wrong
//                                      content, and some of random octets
//        flood DEVICE SECONDS spoofed  the same, as if the sharer sent them
//        flood DEVICE SECONDS reports  reports that join groups in use and
//                                      others, from made up hosts
//        flood DEVICE SECONDS joins    joins all groups in use and stays
//        flood DEVICE SECONDS churn    joins and leaves them again and again,
//                                      under its own address
//
// The last line on standard output says how much that was. Needs root.
#include "tests/netns/flood_link.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

using namespace troupe::flood;

volatile std::sig_atomic_t stopped = 0;

template <class Attack>
int run(hostile_host& wire, double seconds, const char* unit, Attack attack) {
  const double begin = now_s();
  std::uint64_t count = 0;
  while (!stopped && now_s() - begin < seconds) {
    wire.listen();
    count += attack();
  }
  const double took = now_s() - begin;
  std::printf("%llu %s in %.2f s: %.0f/s\n",
              static_cast<unsigned long long>(count), unit, took,
              static_cast<double>(count) / took);
  return 0;
}

} // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: flood DEVICE SECONDS data|spoofed|reports|joins|churn\n",
               stderr);
    return 2;
  }
  std::signal(SIGTERM, [](int) { stopped = 1; });
  hostile_host wire{arguments[1]};
  const double seconds = std::atof(arguments[2]);
  const std::string_view mode = arguments[3];
  if (mode == "data")
    return run(wire, seconds, "packets", [&] { return wire.send_forged(); });
  if (mode == "spoofed")
    return run(wire, seconds, "packets", [&] { return wire.send_spoofed(); });
  if (mode == "reports")
    return run(wire, seconds, "records", [&] { return wire.send_reports(); });
  if (mode == "joins")
    return run(wire, seconds, "joins", [&] { return wire.join_all(); });
  if (mode == "churn")
    return run(wire, seconds, "records", [&] { return wire.churn(); });
  std::fputs("flood: unknown mode\n", stderr);
  return 2;
}
