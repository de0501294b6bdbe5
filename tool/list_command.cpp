// SPDX-License-Identifier: BSD-3-Clause
#include "tool/commands.hpp"
#include "tool/json_lines.hpp"
#include "tool/report_text.hpp"
#include "tool/requests.hpp"
#include "tool/run_to_end.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include <sys/stat.h>

namespace troupe::tool {

namespace {

/// "drwxr-xr-x", as ls -l and rsync write it.
std::string mode_text(std::uint32_t mode) {
  std::string text(10, '-');
  text[0] = S_ISDIR(mode) ? 'd' : S_ISLNK(mode) ? 'l' : '-';
  const std::string letters = "rwxrwxrwx";
  for (std::size_t i = 0; i < 9; ++i)
    if ((mode >> (8 - i)) & 1)
      text[i + 1] = letters[i];
  const auto mark = [&](std::uint32_t bit, std::size_t at, char with, char without) {
    if ((mode & bit) != 0)
      text[at] = text[at] == 'x' ? with : without;
  };
  mark(S_ISUID, 3, 's', 'S');
  mark(S_ISGID, 6, 's', 'S');
  mark(S_ISVTX, 9, 't', 'T');
  return text;
}

std::string time_text(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm there{};
  if (localtime_r(&time, &there) == nullptr)
    return std::to_string(seconds);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", there);
}

void print_entry(const catalogue_entry& entry, const std::string& top,
                 std::size_t width) {
  auto path = entry.path.empty() ? top
              : top.empty()      ? entry.path
                                 : top + "/" + entry.path;
  if (path.empty())
    path = ".";
  auto text = fmt::format("{} {:>5} {:>5} {:>{}} {} {}",
                          mode_text(entry.metadata.mode), entry.metadata.uid,
                          entry.metadata.gid, entry.size, width,
                          time_text(entry.metadata.mtime_s), printable(path));
  if (entry.is_symlink())
    text += " -> " + printable(entry.target);
  fmt::print("{}\n", text);
}

/// What is shared, whatever it is, as entries; a single file or link has one.
std::vector<catalogue_entry> entries_of(const sync_report& report,
                                        const std::string& name) {
  if (report.contents)
    return report.contents->entries;
  catalogue_entry one;
  one.path = name;
  one.metadata = report.header.metadata;
  if (report.kind == object_kind::symlink) {
    if (const auto target = parse_symlink(report.object.view()))
      one.target = *target;
  } else {
    one.size = report.header.size;
    one.root = report.root;
  }
  return {one};
}

} // namespace

int run_list(const sync_options& options) {
  const bool is_json = options.common.json;
  if (is_local(options.name))
    return fail("ls", {errc::unsupported, "what is on this host, ls(1) lists"},
                is_json);
  auto request = make_sync_request(options);
  if (!request)
    return fail("ls", request.error(), is_json);
  request->depth = sync_depth::list;
  const auto report = run_to_end(std::move(*request), {});
  if (!report.ok())
    return fail("ls", report.failure, is_json);
  const auto top = report.contents ? top_name(options) : std::string{};
  const auto entries = entries_of(report, top_name(options));
  std::uint64_t bytes = 0, files = 0, largest = 0;
  for (const auto& entry : entries) {
    bytes += entry.size;
    files += entry.is_file();
    largest = std::max(largest, entry.size);
  }
  const auto width = std::to_string(largest).size();
  for (const auto& entry : entries)
    if (is_json)
      print_json(json_entry(entry));
    else
      print_entry(entry, top, width);
  if (is_json) {
    auto line = json_summary("ls", {}, exit_ok);
    line["name"] = options.name;
    line["hash"] = std::string{to_string(*report.type)};
    line["entries"] = entries.size();
    line["files"] = files;
    line["bytes"] = bytes;
    print_json(line);
  } else if (options.stats) {
    fmt::print("{} entries, {} files, {} bytes\n", entries.size(), files,
               bytes);
  }
  return exit_ok;
}

} // namespace troupe::tool
