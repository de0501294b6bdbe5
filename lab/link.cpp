// SPDX-License-Identifier: BSD-3-Clause
#include "lab/link.hpp"

#include "transport/tap_device_linux.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>

namespace troupe::lab {

namespace {

using time = link_lane::time;

constexpr int frames_at_once = 64;

time now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
}

/// Frames of one direction, from one device to the other.
class direction {
public:
  direction(int from, int to, const link_faults& faults, std::uint64_t seed)
      : from_{from}, to_{to}, lane_{faults, seed} {}

  void collect() {
    std::array<std::byte, link_lane::frame_room> room;
    for (int i = 0; i < frames_at_once; ++i) {
      const auto bytes = read(from_, room.data(), room.size());
      if (bytes <= 0)
        return;
      lane_.put(now(), {room.data(), static_cast<std::size_t>(bytes)});
    }
  }

  void deliver() {
    const auto until = now();
    for (int i = 0; i < frames_at_once; ++i) {
      const auto frame = lane_.take(until);
      if (frame.empty())
        return;
      // A device that is down takes nothing, as an unplugged one.
      if (write(to_, frame.data(), frame.size()) < 0)
        ++refused_;
    }
  }

  link_lane& lane() { return lane_; }

  std::string told() const {
    const auto& n = lane_.counts();
    const auto word = [](std::uint64_t count, const char* what) {
      return std::to_string(count) + " " + what;
    };
    return word(n.carried - refused_, "carried, ") + word(n.lost, "lost, ") +
           word(n.duplicated, "duplicated, ") +
           word(n.reordered, "reordered, ") +
           word(n.overflowed + refused_, "dropped");
  }

private:
  int from_;
  int to_;
  link_lane lane_;
  std::uint64_t refused_ = 0;
};

/// Lines on standard input, as they come.
class control {
public:
  bool is_open() const { return is_open_; }

  template <class OnLoss> void read_some(OnLoss on_loss) {
    std::array<char, 256> room;
    const auto bytes = read(STDIN_FILENO, room.data(), room.size());
    if (bytes <= 0 || text_.size() > room.size()) {
      is_open_ = false;
      return;
    }
    text_.append(room.data(), static_cast<std::size_t>(bytes));
    for (auto end = text_.find('\n'); end != std::string::npos;
         end = text_.find('\n')) {
      if (text_.starts_with("loss "))
        on_loss(std::strtod(text_.c_str() + 5, nullptr));
      text_.erase(0, end + 1);
    }
  }

private:
  std::string text_;
  bool is_open_ = true;
};

void wait(std::array<pollfd, 4>& for_any, std::optional<time> due) {
  timespec left{};
  if (due) {
    const auto ns = std::max(*due - now(), time{0}).count();
    left.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
    left.tv_nsec = static_cast<long>(ns % 1'000'000'000);
  }
  if (ppoll(for_any.data(), for_any.size(), due ? &left : nullptr, nullptr) < 0)
    for (auto& each : for_any)
      each.revents = 0;
}

} // namespace

error run_link(const link_options& options,
               const std::function<void(const std::string&)>& say) {
  auto first = open_tap(options.first.device, options.first.netns);
  if (!first)
    return first.error();
  auto second = open_tap(options.second.device, options.second.netns);
  if (!second)
    return second.error();
  auto back_faults = options.faults;
  back_faults.loss_pct = options.loss_back_pct;
  direction there{first->get(), second->get(), options.faults,
                  options.seed * 2};
  direction back{second->get(), first->get(), back_faults,
                 options.seed * 2 + 1};

  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  sigprocmask(SIG_BLOCK, &ending, nullptr);
  const unique_fd signals{signalfd(-1, &ending, SFD_CLOEXEC)};
  if (signals.get() < 0)
    return {from_errno(errno), "signalfd"};
  prctl(PR_SET_TIMERSLACK, 1UL); // frames leave when they are due
  say("ready");
  control commands;
  for (;;) {
    std::array<pollfd, 4> all{
        pollfd{first->get(), POLLIN, 0}, pollfd{second->get(), POLLIN, 0},
        pollfd{signals.get(), POLLIN, 0},
        pollfd{commands.is_open() ? STDIN_FILENO : -1, POLLIN, 0}};
    auto due = there.lane().next_due();
    if (const auto other = back.lane().next_due(); other && (!due || *other < *due))
      due = other;
    wait(all, due);
    if (all[0].revents != 0)
      there.collect();
    there.deliver();
    if (all[1].revents != 0)
      back.collect();
    back.deliver();
    if (all[3].revents != 0)
      commands.read_some([&](double pct) { there.lane().set_loss(pct); });
    if (all[2].revents != 0)
      break;
  }
  say(options.first.device + " to " + options.second.device + ": " +
      there.told());
  say(options.second.device + " to " + options.first.device + ": " +
      back.told());
  return {};
}

} // namespace troupe::lab
