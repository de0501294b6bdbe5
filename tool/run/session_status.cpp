// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/session_status.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace troupe::tool {

namespace {

using json = nlohmann::ordered_json;

json to_json(const share_status& one) {
  json all{{"path", one.path},
           {"name", one.name},
           {"state", one.state},
           {"bytes", one.bytes},
           {"root", one.root},
           {"rate_bits_per_s", one.rate_bits_per_s},
           {"objects_sent", one.objects_sent},
           {"packets_sent", one.packets_sent},
           {"bytes_sent", one.bytes_sent},
           {"requests", one.requests},
           {"dropped",
            {{"unknown", one.dropped_unknown},
             {"changed", one.dropped_changed},
             {"errors", one.dropped_errors}}}};
  if (!one.error.empty())
    all["error"] = one.error;
  return all;
}

json to_json(const sync_status& one) {
  json all{{"name", one.name},
           {"dest", one.destination},
           {"state", one.state},
           {"completed", one.completed},
           {"changed", one.changed},
           {"failed", one.failed},
           {"commands_failed", one.commands_failed},
           {"bytes_wire", one.bytes_wire},
           {"dropped",
            {{"kernel", one.dropped_by_kernel},
             {"rejected", one.dropped_rejected},
             {"refused", one.dropped_refused}}}};
  if (!one.error.empty())
    all["error"] = one.error;
  if (one.completed > 0)
    all["last"] = {{"root", one.last_root},
                   {"bytes", one.last_bytes},
                   {"chunks_kept", one.last_chunks_kept},
                   {"chunks_fetched", one.last_chunks_fetched},
                   {"bytes_wire", one.last_bytes_wire},
                   {"seconds", one.last_seconds}};
  return all;
}

/// Writes metrics one after the other.
class page {
public:
  void begin(std::string_view name, std::string_view kind,
             std::string_view help) {
    name_ = "troupe_" + std::string{name};
    text_ += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name_, kind, help);
  }

  void add(std::initializer_list<std::pair<std::string_view, std::string_view>>
               labels,
           double value) {
    text_ += name_;
    char before = '{';
    for (const auto& [key, what] : labels) {
      text_ += std::exchange(before, ',');
      text_ += std::string{key} + "=\"" + escaped(what) + '"';
    }
    text_ += labels.size() == 0 ? "" : "}";
    text_ += fmt::format(" {}\n", value);
  }

  std::string take() { return std::move(text_); }

private:
  static std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
      if (c == '"' || c == '\\')
        result += '\\';
      if (c == '\n')
        result += "\\n";
      else
        result += c;
    }
    return result;
  }

  std::string name_;
  std::string text_;
};

template <class Of>
struct column {
  std::string_view name;
  std::string_view help;
  std::uint64_t Of::*what;
};

template <class Of>
struct drop {
  std::string_view cause;
  std::uint64_t Of::*what;
};

constexpr column<share_status> share_totals[] = {
    {"share_objects_sent_total", "Objects sent", &share_status::objects_sent},
    {"share_packets_sent_total", "Packets sent", &share_status::packets_sent},
    {"share_bytes_sent_total", "UDP payload sent", &share_status::bytes_sent},
    {"share_requests_total", "Joins heard", &share_status::requests},
};
constexpr drop<share_status> share_drops[] = {
    {"unknown", &share_status::dropped_unknown},
    {"changed", &share_status::dropped_changed},
    {"errors", &share_status::dropped_errors},
};
constexpr column<sync_status> sync_totals[] = {
    {"sync_completed_total", "Runs that succeeded", &sync_status::completed},
    {"sync_changed_total", "Runs that changed the destination",
     &sync_status::changed},
    {"sync_failed_total", "Runs that failed", &sync_status::failed},
    {"sync_commands_failed_total", "Commands that failed after a run",
     &sync_status::commands_failed},
    {"sync_bytes_wire_total", "UDP payload received",
     &sync_status::bytes_wire},
};
constexpr drop<sync_status> sync_drops[] = {
    {"kernel", &sync_status::dropped_by_kernel},
    {"rejected", &sync_status::dropped_rejected},
    {"refused", &sync_status::dropped_refused},
};
constexpr column<sync_status> sync_gauges[] = {
    {"sync_last_bytes", "Length of what was synced last",
     &sync_status::last_bytes},
    {"sync_last_chunks_kept", "Chunks that were there already",
     &sync_status::last_chunks_kept},
    {"sync_last_chunks_fetched", "Chunks that came from the network",
     &sync_status::last_chunks_fetched},
};

} // namespace

std::string status_json(const session_status& all) {
  json result{{"schema_version", 1},
              {"file", all.file},
              {"process_id", all.process_id},
              {"reloads", all.reloads},
              {"reloads_refused", all.reloads_refused},
              {"rate_bits_per_s", all.rate_bits_per_s},
              {"shares", json::array()},
              {"syncs", json::array()}};
  for (const auto& one : all.shares)
    result["shares"].push_back(to_json(one));
  for (const auto& one : all.syncs)
    result["syncs"].push_back(to_json(one));
  return result.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string metrics_page(const session_status& all) {
  page text;
  text.begin("session_reloads_total", "counter", "Times the file was read anew");
  text.add({{"result", "applied"}}, static_cast<double>(all.reloads));
  text.add({{"result", "refused"}}, static_cast<double>(all.reloads_refused));

  text.begin("share_up", "gauge", "1 while the path is shared");
  for (const auto& one : all.shares)
    text.add({{"path", one.path}}, one.state == "sharing" ? 1 : 0);
  for (const auto& each : share_totals) {
    text.begin(each.name, "counter", each.help);
    for (const auto& one : all.shares)
      text.add({{"path", one.path}}, static_cast<double>(one.*each.what));
  }
  text.begin("share_dropped_total", "counter", "What was not sent, and why");
  for (const auto& one : all.shares)
    for (const auto& each : share_drops)
      text.add({{"path", one.path}, {"cause", each.cause}},
               static_cast<double>(one.*each.what));

  for (const auto& each : sync_totals) {
    text.begin(each.name, "counter", each.help);
    for (const auto& one : all.syncs)
      text.add({{"dest", one.destination}},
               static_cast<double>(one.*each.what));
  }
  text.begin("sync_dropped_total", "counter", "What was not used, and why");
  for (const auto& one : all.syncs)
    for (const auto& each : sync_drops)
      text.add({{"dest", one.destination}, {"cause", each.cause}},
               static_cast<double>(one.*each.what));
  for (const auto& each : sync_gauges) {
    text.begin(each.name, "gauge", each.help);
    for (const auto& one : all.syncs)
      if (one.completed > 0)
        text.add({{"dest", one.destination}},
                 static_cast<double>(one.*each.what));
  }
  text.begin("sync_last_seconds", "gauge", "Time that the last run took");
  for (const auto& one : all.syncs)
    if (one.completed > 0)
      text.add({{"dest", one.destination}}, one.last_seconds);
  return text.take();
}

std::string status_for_people(const std::string& text) try {
  const auto all = json::parse(text);
  if (!all.is_object() || all.value("schema_version", 0) != 1)
    return {};
  std::string result;
  const auto why = [](const json& one) {
    const auto error = one.value("error", std::string{});
    return error.empty() ? error : ": " + error;
  };
  for (const auto& one : all.value("shares", json::array()))
    result += fmt::format("share {}  {}{}  {} bytes, {} requests, {} bytes"
                          " sent\n",
                          one.value("path", std::string{}),
                          one.value("state", std::string{}), why(one),
                          one.value("bytes", std::uint64_t{0}),
                          one.value("requests", std::uint64_t{0}),
                          one.value("bytes_sent", std::uint64_t{0}));
  for (const auto& one : all.value("syncs", json::array()))
    result += fmt::format("sync  {}  {}{}  from {}: {} completed, {} changed,"
                          " {} failed\n",
                          one.value("dest", std::string{}),
                          one.value("state", std::string{}), why(one),
                          one.value("name", std::string{}),
                          one.value("completed", std::uint64_t{0}),
                          one.value("changed", std::uint64_t{0}),
                          one.value("failed", std::uint64_t{0}));
  return result;
} catch (const json::exception&) {
  return {}; // somebody else's file
}

} // namespace troupe::tool
