// SPDX-License-Identifier: BSD-3-Clause
#include "tool/json_lines.hpp"

#include "core/hasher.hpp"
#include "tool/report_text.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace troupe::tool {

using json = nlohmann::ordered_json;

namespace {

double in_seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

const char* word_of(sync_progress::phase now) {
  switch (now) {
  case sync_progress::phase::waiting:
    return "waiting";
  case sync_progress::phase::comparing:
    return "comparing";
  case sync_progress::phase::fetching:
    return "fetching";
  default:
    return "finishing";
  }
}

const char* word_of(object_kind kind) {
  switch (kind) {
  case object_kind::file:
    return "file";
  case object_kind::directory:
    return "directory";
  case object_kind::symlink:
    return "symlink";
  default:
    return "memory";
  }
}

} // namespace

json json_line(const std::string& type) {
  return json{{"type", type}, {"schema_version", json_schema_version}};
}

void print_json(const json& line) {
  const auto text =
      line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout); // one call: lines stay whole
  std::fflush(stdout);
}

std::string code_name(errc code) {
  switch (code) {
  case errc::none:
    return "none";
  case errc::invalid_argument:
    return "invalid_argument";
  case errc::out_of_memory:
    return "out_of_memory";
  case errc::no_permission:
    return "no_permission";
  case errc::access_denied:
    return "access_denied";
  case errc::not_found:
    return "not_found";
  case errc::already_exists:
    return "already_exists";
  case errc::is_directory:
    return "is_directory";
  case errc::not_directory:
    return "not_directory";
  case errc::is_symlink:
    return "is_symlink";
  case errc::no_space:
    return "no_space";
  case errc::io_error:
    return "io_error";
  case errc::too_large:
    return "too_large";
  case errc::bad_object:
    return "bad_object";
  case errc::hash_mismatch:
    return "hash_mismatch";
  case errc::source_changed:
    return "source_changed";
  case errc::no_sharer:
    return "no_sharer";
  case errc::sharer_stopped:
    return "sharer_stopped";
  case errc::timed_out:
    return "timed_out";
  case errc::cancelled:
    return "cancelled";
  case errc::no_device:
    return "no_device";
  case errc::network_error:
    return "network_error";
  case errc::unsupported:
    return "unsupported";
  case errc::too_many_files:
    return "too_many_files";
  case errc::bad_key:
    return "bad_key";
  case errc::unsigned_share:
    return "unsigned_share";
  case errc::forged:
    return "forged";
  case errc::tampered:
    return "tampered";
  case errc::rolled_back:
    return "rolled_back";
  case errc::expired:
    return "expired";
  case errc::not_yet_valid:
    return "not_yet_valid";
  case errc::mixed_content:
    return "mixed_content";
  default:
    return "other";
  }
}

json json_status(const sync_progress& progress, double bytes_per_s) {
  auto line = json_line("status");
  const auto& stats = progress.stats;
  line["phase"] = word_of(progress.now);
  line["elapsed_s"] = in_seconds(stats.elapsed);
  line["bytes_total"] = progress.bytes_total;
  line["bytes_done"] = progress.bytes_done;
  line["bytes_per_s"] = bytes_per_s;
  if (bytes_per_s > 0 && progress.bytes_total >= progress.bytes_done)
    line["left_s"] =
        static_cast<double>(progress.bytes_total - progress.bytes_done) /
        bytes_per_s;
  line["chunks_kept"] = stats.chunks_kept;
  line["chunks_copied"] = stats.chunks_copied;
  line["chunks_fetched"] = stats.chunks_fetched;
  line["symbols_source"] = stats.symbols_source;
  line["symbols_repair"] = stats.symbols_repair;
  line["groups"] = progress.groups;
  if (progress.doubt.code != errc::none)
    line["doubt"] = progress.doubt.message();
  return line;
}

json json_change(const entry_change& change, const std::string& top) {
  auto line = json_line("change");
  line["path"] = change.path;
  line["itemized"] = itemized(change, top).substr(0, 11);
  if (change.is_deleted)
    return line;
  line["kind"] = word_of(change.kind);
  if (change.kind == object_kind::symlink)
    line["target"] = change.target;
  return line;
}

json json_entry(const catalogue_entry& entry) {
  auto line = json_line("entry");
  line["path"] = entry.path;
  line["kind"] = entry.is_directory() ? "directory"
                 : entry.is_symlink() ? "symlink"
                                      : "file";
  line["mode"] = fmt::format("{:04o}", entry.metadata.mode & 07777);
  line["uid"] = entry.metadata.uid;
  line["gid"] = entry.metadata.gid;
  line["mtime_s"] = entry.metadata.mtime_s;
  line["mtime_ns"] = entry.metadata.mtime_ns;
  if (entry.is_file()) {
    line["bytes"] = entry.size;
    if (entry.root != hash{})
      line["root"] = to_hex(entry.root);
  }
  if (entry.is_symlink())
    line["target"] = entry.target;
  return line;
}

json json_summary(const std::string& command, const error& failure,
                  int exit_code) {
  auto line = json_line("summary");
  line["command"] = command;
  line["ok"] = failure.code == errc::none && exit_code == exit_ok;
  line["exit_code"] = exit_code;
  if (failure.code != errc::none) {
    line["error"] = failure.message();
    line["code"] = code_name(failure.code);
  }
  return line;
}

void add_figures(json& line, const sync_report& report) {
  const auto& stats = report.stats;
  if (report.type) { // once a sharer was heard
    line["kind"] = word_of(report.kind);
    line["hash"] = std::string{to_string(*report.type)};
    line["root"] = to_hex(report.root);
    if (report.origin)
      line["wire"] = report.origin->is_manifest ? "range" : "classic";
  }
  line["elapsed_s"] = in_seconds(stats.elapsed);
  line["hashing_s"] = in_seconds(stats.hashing);
  line["bytes"] = stats.object_bytes;
  if (report.kind == object_kind::directory) {
    line["files"] = report.tree.files;
    line["files_changed"] = report.tree.files_changed;
    line["deleted"] = report.tree.deleted;
  }
  line["chunks"] = stats.chunks;
  line["chunks_kept"] = stats.chunks_kept;
  line["chunks_copied"] = stats.chunks_copied;
  line["chunks_fetched"] = stats.chunks_fetched;
  line["bytes_fetched"] = stats.bytes_fetched;
  line["bytes_wire"] = stats.bytes_wire;
  line["packets"] = stats.packets;
  line["packets_dropped"] = stats.packets_dropped;
  line["symbols_source"] = stats.symbols_source;
  line["symbols_repair"] = stats.symbols_repair;
  line["requests_repeated"] = stats.requests_repeated;
  line["objects_refused"] = stats.objects_refused;
}

int fail(const std::string& command, const error& failure, bool is_json) {
  const auto code = complain(failure);
  if (is_json) {
    auto line = json_line("error");
    line["error"] = failure.message();
    line["code"] = code_name(failure.code);
    print_json(line);
    print_json(json_summary(command, failure, code));
  }
  return code;
}

} // namespace troupe::tool
