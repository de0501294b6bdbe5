// SPDX-License-Identifier: BSD-3-Clause
// A cable with a delay, for kernels without netem: two TAP devices, each in
// a network namespace, and frames that take their time from one to the other.
// For scripts/bench wire.
//
// usage: delay_cable MILLISECONDS NETNS DEVICE NETNS DEVICE
//
// NETNS is a path such as /run/netns/h1. MILLISECONDS is for one way. Prints
// `ready` when both devices are there; they go away when it ends. A frame
// that finds 32768 others on its way is dropped, which the last line tells.
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t frame_room = 2048; // bytes; an MTU of 1500 fits
constexpr std::uint64_t frames_under_way = 32768;
constexpr int frames_at_once = 64;
constexpr std::int64_t ns_per_s = 1'000'000'000;

std::atomic<std::uint64_t> dropped{0};

std::int64_t now_ns() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * ns_per_s + t.tv_nsec;
}

int open_tap(const char* netns, const char* device) {
  const int home = open(netns, O_RDONLY | O_CLOEXEC);
  if (home < 0 || setns(home, CLONE_NEWNET) != 0) {
    std::perror(netns);
    std::exit(1);
  }
  close(home);
  const int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  ifreq request{};
  std::strncpy(request.ifr_name, device, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (tap < 0 || ioctl(tap, TUNSETIFF, &request) != 0) {
    std::perror(device);
    std::exit(1);
  }
  return tap;
}

/// Frames of one direction, in the order in which they came.
class lane {
public:
  lane(int from, int to, std::int64_t delay_ns)
      : from_(from), to_(to), delay_ns_(delay_ns), slots_(frames_under_way) {}

  [[noreturn]] void run() {
    prctl(PR_SET_TIMERSLACK, 1UL);
    for (;;) {
      const auto next_ns = deliver(now_ns());
      wait(next_ns);
      collect(now_ns());
    }
  }

private:
  struct slot {
    std::int64_t due_ns;
    std::size_t bytes;
    std::array<char, frame_room> frame;
  };

  // Passes on what is due; returns when the next frame will be, or -1.
  std::int64_t deliver(std::int64_t time_ns) {
    for (; first_ != last_; ++first_) {
      const auto& head = slots_[first_ % frames_under_way];
      if (head.due_ns > time_ns)
        return head.due_ns;
      if (write(to_, head.frame.data(), head.bytes) < 0 && errno != EIO)
        ++dropped; // EIO: the device is down, as at the beginning
    }
    return -1;
  }

  void wait(std::int64_t until_ns) {
    pollfd readable{from_, POLLIN, 0};
    const auto left_ns = std::max<std::int64_t>(until_ns - now_ns(), 0);
    const timespec left{left_ns / ns_per_s, left_ns % ns_per_s};
    ppoll(&readable, 1, until_ns < 0 ? nullptr : &left, nullptr);
  }

  void collect(std::int64_t time_ns) {
    std::array<char, frame_room> surplus;
    for (int i = 0; i < frames_at_once; ++i) {
      const bool full = last_ - first_ == frames_under_way;
      auto& tail = slots_[last_ % frames_under_way];
      const auto bytes =
          read(from_, full ? surplus.data() : tail.frame.data(), frame_room);
      if (bytes <= 0)
        return;
      if (full) {
        ++dropped;
        continue;
      }
      tail.due_ns = time_ns + delay_ns_;
      tail.bytes = static_cast<std::size_t>(bytes);
      ++last_;
    }
  }

  int from_;
  int to_;
  std::int64_t delay_ns_;
  std::vector<slot> slots_;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
};

} // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fprintf(stderr, "usage: delay_cable MILLISECONDS NETNS DEVICE NETNS"
                         " DEVICE\n");
    return 2;
  }
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  sigprocmask(SIG_BLOCK, &ending, nullptr);
  const auto delay_ns =
      static_cast<std::int64_t>(std::strtod(arguments[1], nullptr) * 1e6);
  const int left = open_tap(arguments[2], arguments[3]);
  const int right = open_tap(arguments[4], arguments[5]);
  lane there{left, right, delay_ns};
  lane back{right, left, delay_ns};
  std::thread{[&] { there.run(); }}.detach();
  std::thread{[&] { back.run(); }}.detach();
  std::puts("ready");
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ending, &signal);
  std::printf("dropped %llu\n",
              static_cast<unsigned long long>(dropped.load()));
  std::fflush(stdout);
  _exit(0);
}
