// SPDX-License-Identifier: BSD-3-Clause
#include "core/local_sync.hpp"
#include "tool/commands.hpp"
#include "tool/exit_code.hpp"
#include "tool/json_lines.hpp"
#include "tool/report_text.hpp"
#include "tool/run_to_end.hpp"

#include <fmt/format.h>

#include <chrono>

namespace troupe::tool {

bool is_local(const std::string& name) {
  return name.starts_with('/') || name.starts_with("./") ||
         name.starts_with("../") || name == "." || name == "..";
}

namespace {

/// What only a sync over the network has, and was asked for.
error unsuitable(const sync_options& options) {
  if (options.delete_others)
    return {errc::unsupported,
            "--delete is for directories that another host shares"};
  if (!options.verify.empty())
    return {errc::invalid_argument,
            "a path on this host has no signature: leave out --verify"};
  if (!options.max_size.empty())
    return {errc::unsupported, "--max-size is for what another host shares"};
  if (!options.partial_dir.empty())
    return {errc::unsupported, "--partial-dir is for what another host shares"};
  if (!options.bwlimit.empty())
    return {errc::unsupported, "--bwlimit is for what another host shares"};
  return {};
}

void say_changes(const sync_options& options, const local_sync_report& done) {
  const auto& common = options.common;
  if (common.quiet || (!options.itemize && common.verbose == 0))
    return;
  std::error_code failed;
  const auto top = std::filesystem::is_directory(options.name, failed)
                       ? top_name(options)
                       : std::string{};
  for (const auto& one : done.changes) {
    if (common.json)
      print_json(json_change(one, top));
    else
      fmt::print("{}\n", options.itemize ? itemized(one, top)
                                         : printed_path(one, top));
  }
}

} // namespace

int run_local(const sync_options& options) {
  const bool all = options.archive;
  std::error_code failed;
  const bool is_json = options.common.json;
  const auto refuse = [is_json](const error& why) {
    return fail("sync", why, is_json);
  };
  if (const auto why = unsuitable(options); why.code != errc::none)
    return refuse(why);
  if (!all && !options.recursive &&
      std::filesystem::is_directory(
          std::filesystem::symlink_status(options.name, failed)))
    return refuse({errc::is_directory,
                     "'" + options.name + "' (directories need -r or -a)"});
  local_sync_options how;
  how.metadata = {all || options.owner, all || options.group,
                  all || options.permissions, all || options.times, false};
  how.sync_to_disk = !options.no_fsync;
  how.dry_run = options.dry_run;
  how.list_changes = options.itemize || options.common.verbose > 0;
  how.exclude = exclude_patterns{options.exclude};
  const auto begin = std::chrono::steady_clock::now();
  const auto done = sync_local(options.name, options.destination, how);
  if (!done)
    return refuse(done.error());
  const std::chrono::duration<double> time =
      std::chrono::steady_clock::now() - begin;
  for (const auto& path : done->skipped)
    fmt::print(stderr,
               "troupe: left out {}: no file, directory or symbolic link\n",
               path);
  say_changes(options, *done);
  if (is_json) {
    auto line = json_summary("sync", {}, exit_ok);
    line["name"] = options.name;
    line["destination"] = options.destination;
    line["dry_run"] = options.dry_run;
    line["elapsed_s"] = time.count();
    line["bytes"] = done->bytes;
    line["files"] = done->files;
    line["files_changed"] = done->files_changed;
    line["chunks"] = done->chunks;
    line["chunks_copied"] = done->chunks_copied;
    line["bytes_copied"] = done->bytes_copied;
    print_json(line);
    return exit_ok;
  }
  if (options.stats)
    fmt::print("Number of regular files: {}\n"
               "Number of regular files transferred: {}\n"
               "Total file size: {} bytes\n"
               "Literal data: {} bytes\n"
               "Matched data: {} bytes\n",
               done->files, done->files_changed, done->bytes,
               done->bytes_copied, done->bytes - done->bytes_copied);
  if (!options.common.quiet)
    fmt::print("{} {}: {} files ({} {}), {} bytes in {:.3f} s, {} of {}"
               " chunks {}\n",
               options.dry_run ? "plan for" : "synced", options.name,
               done->files, done->files_changed,
               options.dry_run ? "to change" : "changed", done->bytes,
               time.count(), done->chunks_copied, done->chunks,
               options.dry_run ? "to copy" : "copied");
  return exit_ok;
}

} // namespace troupe::tool
