// SPDX-License-Identifier: BSD-3-Clause
#include "tool/report_text.hpp"

#include "core/hasher.hpp"
#include "tool/progress.hpp"
#include "tool/units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::tool {

namespace {

/// Bytes on the wire for each of content: 16 of ours, 8 of UDP, 40 of IPv6 and
/// 18 of Ethernet around 1368.
constexpr double packet_overhead = (1368. + 16 + 8 + 40 + 18) / 1368;

double seconds(std::chrono::nanoseconds time) {
  return std::max(1e-6, std::chrono::duration<double>(time).count());
}

std::uint64_t matched_bytes(const sync_stats& stats) {
  return stats.object_bytes - std::min(stats.object_bytes, stats.bytes_fetched);
}

} // namespace

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

std::string stats_text(const sync_report& report) {
  const auto& stats = report.stats;
  const bool is_directory = report.kind == object_kind::directory;
  const auto files = is_directory ? report.tree.files : 1;
  const auto changed = is_directory ? report.tree.files_changed
                                    : std::uint64_t{!report.is_unchanged};
  const auto speedup =
      stats.bytes_wire == 0 ? 0.0
                            : static_cast<double>(stats.object_bytes) /
                                  static_cast<double>(stats.bytes_wire);
  return fmt::format("Number of regular files: {}\n"
                     "Number of regular files transferred: {}\n"
                     "Number of deleted entries: {}\n"
                     "Total file size: {} bytes\n"
                     "Literal data: {} bytes\n"
                     "Matched data: {} bytes\n"
                     "Chunks: {} ({} kept, {} copied, {} fetched)\n"
                     "Total bytes received: {}\n"
                     "Time: {:.3f} s, {:.3f} s of it hashing\n"
                     "Speedup: {:.2f}\n",
                     files, changed, report.tree.deleted, stats.object_bytes,
                     stats.bytes_fetched, matched_bytes(stats), stats.chunks,
                     stats.chunks_kept, stats.chunks_copied,
                     stats.chunks_fetched, stats.bytes_wire,
                     seconds(stats.elapsed),
                     std::chrono::duration<double>(stats.hashing).count(),
                     speedup);
}

std::string wire_text(const sync_report& report) {
  const auto& stats = report.stats;
  const auto wire = !report.origin                ? "unknown"
                    : report.origin->is_manifest ? "range channels"
                                                 : "classic protocol";
  return fmt::format("Wire: {}, hash {}\n"
                     "Packets received: {} ({} lost in this host)\n"
                     "Symbols used: {} source, {} repair (loss {:.2f} %)\n"
                     "Requests repeated: {}\n"
                     "Chunks rejected: {}\n"
                     "Answers refused: {}\n",
                     wire,
                     report.type ? std::string{to_string(*report.type)}
                                 : std::string{"unknown"},
                     stats.packets, stats.packets_dropped,
                     stats.symbols_source, stats.symbols_repair,
                     loss_of(stats) * 100, stats.requests_repeated,
                     stats.chunks_rejected, stats.objects_refused);
}

double planned_s(const sync_report& report, std::uint64_t bits_per_s) {
  return static_cast<double>(report.bytes_planned) * packet_overhead * 8 /
         static_cast<double>(bits_per_s);
}

std::string plan_text(const std::string& name, const sync_report& report,
                      std::uint64_t bits_per_s) {
  const auto& stats = report.stats;
  const auto& tree = report.tree;
  std::string text = fmt::format("plan for {}: ", name);
  if (report.kind == object_kind::directory)
    text += fmt::format("{} files ({} to change), {} entries to delete, ",
                        tree.files, tree.files_changed, tree.deleted);
  const auto lacking = report.plan ? report.plan->fetch_bytes : 0;
  return text +
         fmt::format("{} bytes\n"
                     "  {} chunks kept, {} to copy, {} to fetch ({} bytes)\n"
                     "  {} groups to join, with {} bytes in them\n"
                     "  {:.3g} s at {:.0f} Mbit/s, if nothing is lost\n",
                     stats.object_bytes, stats.chunks_kept,
                     stats.chunks_copied,
                     report.plan ? report.plan->fetch.size() : 0, lacking,
                     report.groups_planned, report.bytes_planned,
                     planned_s(report, bits_per_s),
                     static_cast<double>(bits_per_s) / 1e6);
}

std::string printable(const std::string& text) {
  const auto at = [&text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto is_c1 = [&at](std::size_t i) { // U+0080 to U+009F in UTF-8
    return at(i) == 0xc2 && at(i + 1) >= 0x80 && at(i + 1) < 0xa0;
  };
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (at(i) < 0x20 || at(i) == 0x7f || text[i] == '\\' || is_c1(i) ||
        (i > 0 && is_c1(i - 1)))
      result += fmt::format("\\{:03o}", at(i));
    else
      result += text[i];
  return result;
}

std::string printed_path(const entry_change& change, const std::string& top) {
  auto path = change.path.empty() ? top
              : top.empty()       ? change.path
                                  : top + "/" + change.path;
  if (path.empty())
    path = ".";
  if (change.kind == object_kind::directory)
    path += "/";
  if (change.kind == object_kind::symlink)
    path += " -> " + change.target;
  return printable(path);
}

std::string itemized(const entry_change& change, const std::string& top) {
  const auto path = printed_path(change, top);
  if (change.is_deleted)
    return "*deleting   " + path;
  const bool is_file = change.kind == object_kind::file;
  std::string letters;
  letters += is_file && (change.is_new || change.content) ? '>'
             : change.is_new || change.content            ? 'c'
                                                          : '.';
  letters += is_file                                 ? 'f'
             : change.kind == object_kind::directory ? 'd'
                                                     : 'L';
  if (change.is_new)
    return letters + "+++++++++ " + path;
  const auto add = [&letters](bool is, char letter) {
    letters += is ? letter : '.';
  };
  add(change.content, 'c');
  add(change.size, 's');
  add(change.time, 't');
  add(change.mode, 'p');
  add(change.owner, 'o');
  add(change.group, 'g');
  return letters + "... " + path;
}

} // namespace troupe::tool
