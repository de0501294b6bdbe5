// SPDX-License-Identifier: BSD-3-Clause
#include "tool/progress.hpp"

#include "tool/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace troupe::tool {

using namespace std::chrono_literals;

namespace {

constexpr auto meter_span = 3s;
constexpr std::size_t bar_width = 24;

double in_seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::string bar(double part, bool has_colour) {
  const auto filled = std::clamp<std::size_t>(
      static_cast<std::size_t>(part * bar_width), 0, bar_width);
  return fmt::format("[{}{}{}{}]", has_colour ? "\x1b[32m" : "",
                     std::string(filled, '#'), has_colour ? "\x1b[0m" : "",
                     std::string(bar_width - filled, '.'));
}

} // namespace

void rate_meter::add(std::chrono::nanoseconds at, std::uint64_t bytes) {
  if (!samples_.empty() && bytes < samples_.back().bytes)
    samples_.clear(); // something else is counted from now on
  samples_.push_back({at, bytes});
  while (samples_.size() > 2 && at - samples_[1].at >= meter_span)
    samples_.pop_front();
}

double rate_meter::bytes_per_s() const noexcept {
  if (samples_.size() < 2)
    return 0;
  const auto time = in_seconds(samples_.back().at - samples_.front().at);
  const auto bytes = samples_.back().bytes - samples_.front().bytes;
  return time > 0 ? static_cast<double>(bytes) / time : 0;
}

std::size_t columns_of(int fd) {
  winsize size{};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col
                                                              : 80;
}

bool wants_colour(int fd) {
  const char* no = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return isatty(fd) == 1 && (no == nullptr || *no == '\0') &&
         (terminal == nullptr || std::string_view{terminal} != "dumb");
}

progress_line::progress_line(bool wanted)
    : wanted_(wanted),
      on_(wanted && isatty(STDERR_FILENO) == 1),
      has_colour_(wants_colour(STDERR_FILENO)) {}

void progress_line::show(const sync_progress& progress) {
  const std::lock_guard guard{lock_};
  if (wanted_ && progress.doubt.code != errc::none &&
      !std::exchange(has_said_doubt_, true))
    fmt::print(stderr, "{}troupe: {}; listening on until --timeout\n",
               std::exchange(drawn_, false) ? "\r\x1b[K" : "",
               progress.doubt.message());
  if (!on_)
    return;
  if (progress.now == sync_progress::phase::fetching)
    rate_.add(progress.stats.elapsed, progress.bytes_done);
  // A full line would go on in the next one.
  fmt::print(stderr, "\r\x1b[K{}",
             progress_text(progress, rate_.bytes_per_s(),
                           columns_of(STDERR_FILENO) - 1, has_colour_));
  std::fflush(stderr);
  drawn_ = true;
}

void progress_line::clear() {
  const std::lock_guard guard{lock_};
  if (std::exchange(drawn_, false)) {
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
  }
}

double loss_of(const sync_stats& stats) noexcept {
  const auto all = stats.symbols_source + stats.symbols_repair;
  return all == 0 ? 0
                  : static_cast<double>(stats.symbols_repair) /
                        static_cast<double>(all);
}

std::string human_time(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::clamp(seconds, 0., 1e9));
  if (whole < 60)
    return fmt::format("{} s", whole);
  if (whole < 3600)
    return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60,
                     whole % 60);
}

std::string progress_text(const sync_progress& progress, double bytes_per_s,
                          std::size_t columns, bool has_colour) {
  using phase = sync_progress::phase;
  const auto& stats = progress.stats;
  switch (progress.now) {
  case phase::waiting:
    return fmt::format("waiting for a sharer, {:.0f} s",
                       in_seconds(stats.elapsed))
        .substr(0, columns);
  case phase::comparing:
    return std::string{"comparing"}.substr(0, columns);
  case phase::finishing:
    return std::string{"writing to disk"}.substr(0, columns);
  case phase::fetching:
    break;
  }
  const auto total = std::max<std::uint64_t>(progress.bytes_total, 1);
  const auto done = std::min(progress.bytes_done, total);
  const auto part = static_cast<double>(done) / static_cast<double>(total);
  std::string text;
  std::size_t length = 0;
  if (columns >= 4 * bar_width) {
    text = bar(part, has_colour);
    length = bar_width + 2;
  }
  std::vector<std::string> pieces{
      fmt::format("{:3.0f} % of {}", part * 100, human_bytes(total))};
  if (bytes_per_s > 0) {
    pieces.push_back(
        human_bytes(static_cast<std::uint64_t>(bytes_per_s)) + "/s");
    pieces.push_back(
        human_time(static_cast<double>(total - done) / bytes_per_s) + " left");
  }
  pieces.push_back(fmt::format("{} kept {} fetched", stats.chunks_kept,
                               stats.chunks_fetched));
  pieces.push_back(fmt::format("loss {:.1f} %", loss_of(stats) * 100));
  pieces.push_back(fmt::format("{} groups", progress.groups));
  for (const auto& piece : pieces) {
    const auto gap = length == 0 ? 0 : piece == pieces.front() ? 1 : 2;
    if (length + gap + piece.size() > columns)
      break;
    text += std::string(gap, ' ') + piece;
    length += gap + piece.size();
  }
  return text;
}

} // namespace troupe::tool
