// SPDX-License-Identifier: BSD-3-Clause
#include "tool/progress.hpp"

#include "tool/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include <unistd.h>

namespace troupe::tool {

namespace {

double seconds(std::chrono::nanoseconds time) {
  return std::max(1e-6, std::chrono::duration<double>(time).count());
}

} // namespace

progress_line::progress_line(bool wanted)
    : on_(wanted && isatty(STDERR_FILENO) == 1) {}

void progress_line::show(const sync_progress& progress) {
  if (!on_)
    return;
  const std::lock_guard guard{lock_};
  fmt::print(stderr, "\r\x1b[K{}", progress_text(progress));
  std::fflush(stderr);
  drawn_ = true;
}

void progress_line::clear() {
  const std::lock_guard guard{lock_};
  if (std::exchange(drawn_, false))
    fmt::print(stderr, "\r\x1b[K");
}

std::string progress_text(const sync_progress& progress) {
  using phase = sync_progress::phase;
  if (progress.now == phase::waiting)
    return fmt::format("waiting for a sharer, {:.0f} s",
                       seconds(progress.stats.elapsed));
  if (progress.now == phase::comparing)
    return "comparing";
  constexpr int width = 24;
  const auto total = std::max<std::uint64_t>(progress.bytes_total, 1);
  const auto part = static_cast<double>(progress.bytes_done) /
                    static_cast<double>(total);
  const auto filled = std::clamp(static_cast<int>(part * width), 0, width);
  const auto rate = static_cast<double>(progress.bytes_done) /
                    seconds(progress.stats.elapsed);
  const auto rest =
      rate > 0 ? static_cast<double>(total - progress.bytes_done) / rate : 0;
  return fmt::format(
      "[{:#<{}}{:.<{}}] {:3.0f} % of {}  {}/s  {:.0f} s left  {} groups", "",
      filled, "", width - filled, part * 100, human_bytes(total),
      human_bytes(static_cast<std::uint64_t>(rate)), rest, progress.groups);
}

std::string summary(const std::string& name, const sync_report& report) {
  const auto& stats = report.stats;
  const auto time = seconds(stats.elapsed);
  const auto efficiency =
      stats.bytes_wire == 0 ? 100.0
                            : 100.0 * static_cast<double>(stats.bytes_fetched) /
                                  static_cast<double>(stats.bytes_wire);
  auto copied = stats.chunks_copied == 0
                    ? std::string{}
                    : fmt::format(" {} copied,", stats.chunks_copied);
  const auto files =
      report.kind != object_kind::directory
          ? std::string{}
          : fmt::format("{} files ({} changed), ", report.tree.files,
                        report.tree.files_changed);
  return fmt::format("synced {}: {}{} bytes in {:.3f} s ({:.1f} MB/s), {} chunks "
                     "kept,{} {} fetched, {} bytes on the wire, efficiency "
                     "{:.1f} %",
                     name, files, stats.object_bytes, time,
                     static_cast<double>(stats.object_bytes) / time / 1e6,
                     stats.chunks_kept, copied, stats.chunks_fetched,
                     stats.bytes_wire, efficiency);
}

} // namespace troupe::tool
