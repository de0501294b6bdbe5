// SPDX-License-Identifier: BSD-3-Clause
#include "capi/wire_socket.hpp"

#include "capi/boundary.hpp"
#include "transport/interfaces_linux.hpp"
#include "transport/socket_linux.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace troupe::capi {

namespace {

using std::chrono::nanoseconds;

constexpr int receive_buffer_bytes = 4 << 20;
constexpr time_t longest_wait_s = 1'000'000'000; ///< some thirty years

bool set(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

unique_fd make_wake() { return unique_fd{::eventfd(0, EFD_CLOEXEC)}; }

timespec timespec_of(nanoseconds duration) {
  return {static_cast<time_t>(duration.count() / 1'000'000'000),
          static_cast<long>(duration.count() % 1'000'000'000)};
}

group_address group_from(const in6_addr& address) {
  group_address group;
  std::memcpy(group.bytes.data(), address.s6_addr, group.bytes.size());
  return group;
}

} // namespace

std::uint32_t wire_socket::next_number() noexcept {
  static std::atomic<std::uint32_t> last{0};
  return ++last;
}

std::shared_ptr<wire_socket> wire_socket::open(std::uint32_t interface_index) {
  unique_fd fd{::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!fd)
    return nullptr;
  const auto s = fd.get();
  if (!set(s, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0) ||
      !set(s, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) ||
      !set(s, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, DEFAULT_MULTICAST_LOOP) ||
      !set(s, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, DEFAULT_MULTICAST_HOPS) ||
      !set(s, SOL_SOCKET, SO_REUSEADDR, 1) ||
      !set(s, SOL_SOCKET, SO_REUSEPORT, 1))
    return nullptr;
  set(s, SOL_SOCKET, SO_RCVBUF, receive_buffer_bytes); // as far as allowed
  auto wake = make_wake();
  if (!wake)
    return nullptr;
  auto made =
      std::make_shared<wire_socket>(std::move(fd), std::move(wake), false);
  if (interface_index != 0 && made->bind_interface(interface_index) != 0)
    return nullptr;
  return made;
}

bool wire_socket::open_pair(std::shared_ptr<wire_socket> (&ends)[2]) {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds) != 0)
    return false;
  unique_fd both[2] = {unique_fd{fds[0]}, unique_fd{fds[1]}};
  for (int i = 0; i < 2; ++i) {
    auto wake = make_wake();
    if (!wake)
      return false;
    ends[i] = std::make_shared<wire_socket>(std::move(both[i]),
                                            std::move(wake), true);
  }
  return true;
}

int wire_socket::bind_interface(std::uint32_t index) {
  char name[IF_NAMESIZE];
  if (index != 0 && ::if_indextoname(index, name) == nullptr)
    return fail(ENODEV, -1);
  if (!is_pair_ && !set(fd(), IPPROTO_IPV6, IPV6_MULTICAST_IF,
                        static_cast<int>(index)))
    return -1;
  interface_ = index;
  return 0;
}

int wire_socket::bind_port(std::uint16_t port) {
  if (is_pair_)
    return 0;
  monitor_lock lock{lock_};
  if (port_ != 0)
    return port == port_ ? 0 : fail(EINVAL, -1);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_any;
  address.sin6_port = htons(port);
  if (::bind(fd(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
    return -1;
  port_ = port;
  return 0;
}

int wire_socket::change_membership(bool join, const in6_addr& group) {
  if (is_pair_)
    return 0; // the other end hears everything
  std::vector<std::uint32_t> on;
  if (const auto one = interface_.load(); one != 0)
    on = {one};
  else if (auto all = sharing_interfaces(0))
    on = *all;
  int error = ENODEV;
  bool worked = false;
  for (const auto index : on) {
    const int result = troupe::change_membership(fd(), join, group_from(group),
                                                 index);
    worked = worked || result == 0;
    if (result != 0)
      error = result;
  }
  return worked ? 0 : fail(error, -1);
}

std::vector<std::uint32_t> wire_socket::sending_interfaces() {
  if (const auto one = interface_.load(); is_pair_ || one != 0)
    return {one};
  monitor_lock lock{lock_};
  const auto now = std::chrono::steady_clock::now();
  if (now >= outgoing_until_) {
    const auto found = sharing_interfaces(0);
    outgoing_ = found ? *found : std::vector<std::uint32_t>{0};
    outgoing_until_ = now + std::chrono::seconds{1};
  }
  return outgoing_;
}

int wire_socket::wait(int stop, std::optional<nanoseconds> at_most) {
  const int mode = ::fcntl(fd(), F_GETFL);
  if (mode != -1 && (mode & O_NONBLOCK) != 0)
    return fail(EAGAIN, -1);
  timeval limit{};
  socklen_t bytes = sizeof(limit);
  ::getsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, &bytes);
  const nanoseconds own =
      std::chrono::seconds{std::min(limit.tv_sec, longest_wait_s)} +
      std::chrono::microseconds{limit.tv_usec};
  if (own.count() > 0)
    at_most = at_most ? std::min(*at_most, own) : own;
  const auto timeout = timespec_of(at_most.value_or(nanoseconds{0}));
  pollfd watched[] = {{fd(), POLLIN, 0}, {wake_.get(), POLLIN, 0},
                      {stop, POLLIN, 0}};
  const int ready =
      ::ppoll(watched, 3, at_most ? &timeout : nullptr, nullptr);
  if (ready < 0)
    return -1;
  if (ready == 0)
    return fail(EAGAIN, -1);
  if ((watched[2].revents & POLLIN) != 0)
    return fail(ECANCELED, -1);
  return 0;
}

ssize_t wire_socket::receive(std::span<const iovec> into, int flags,
                             packet_origin& what, int stop) {
  for (;;) {
    if (const int error = closed_; error != 0)
      return fail(error, -1);
    const auto bytes = take(into, flags, what);
    if (bytes >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
      return bytes;
    if ((flags & MSG_DONTWAIT) != 0 || wait(stop) != 0)
      return -1;
  }
}

int wire_socket::receive_many(std::span<mmsghdr> into, int flags,
                              std::optional<nanoseconds> at_most) {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + at_most.value_or(nanoseconds{0});
  const int how = flags & ~(MSG_WAITALL | MSG_WAITFORONE);
  std::size_t done = 0;
  while (done < into.size()) {
    if (const int error = closed_; error != 0) {
      errno = error;
      break;
    }
    if (const int now = take_many(into.subspan(done), how); now > 0) {
      done += static_cast<std::size_t>(now);
      continue;
    }
    if ((errno != EAGAIN && errno != EWOULDBLOCK) ||
        (flags & MSG_DONTWAIT) != 0 ||
        (done > 0 && (flags & MSG_WAITFORONE) != 0))
      break;
    std::optional<nanoseconds> left;
    if (at_most)
      left = std::max<nanoseconds>(end - clock::now(), nanoseconds{0});
    if (wait(-1, left) != 0)
      break;
  }
  return done > 0 || into.empty() ? static_cast<int>(done) : -1;
}

bool wire_socket::sleep(std::chrono::nanoseconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  for (;;) {
    if (const int error = closed_; error != 0)
      return fail(error, false);
    const nanoseconds left = end - std::chrono::steady_clock::now();
    if (left.count() <= 0)
      return true;
    const auto timeout = timespec_of(left);
    pollfd watched{wake_.get(), POLLIN, 0};
    if (::ppoll(&watched, 1, &timeout, nullptr) < 0)
      return false;
  }
}

void wire_socket::close(int error) noexcept {
  int none = 0;
  closed_.compare_exchange_strong(none, error);
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written =
      ::write(wake_.get(), &one, sizeof(one)); // cannot fail: the first few
}

} // namespace troupe::capi
