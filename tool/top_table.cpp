// SPDX-License-Identifier: BSD-3-Clause
#include "tool/top_table.hpp"

#include "tool/report_text.hpp"
#include "tool/units.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace troupe::tool {

namespace {

using json = nlohmann::ordered_json;

std::optional<json> parse_status(const std::string& text) {
  auto all = json::parse(text, nullptr, false);
  if (!all.is_object() || !all.contains("schema_version") ||
      all["schema_version"] != 1)
    return std::nullopt;
  return all;
}

std::string text_of(const json& one, const char* key) {
  const auto found = one.find(key);
  return found != one.end() && found->is_string() ? found->get<std::string>()
                                                  : std::string{};
}

std::uint64_t number_of(const json& one, const char* key) {
  const auto found = one.find(key);
  return found != one.end() && found->is_number_unsigned()
             ? found->get<std::uint64_t>()
             : 0;
}

/// All that was dropped, whatever for.
std::uint64_t drops_of(const json& one) {
  std::uint64_t sum = 0;
  if (const auto drops = one.find("dropped");
      drops != one.end() && drops->is_object())
    for (const auto& each : *drops)
      sum += each.is_number_unsigned() ? each.get<std::uint64_t>() : 0;
  return sum;
}

const json* list_of(const json& all, const char* key) {
  const auto found = all.find(key);
  return found != all.end() && found->is_array() ? &*found : nullptr;
}

/// The same share or sync in an earlier status.
const json* same_in(const std::optional<json>& before, const char* list,
                    const char* key, const json& one) {
  const auto* all = before ? list_of(*before, list) : nullptr;
  if (all == nullptr)
    return nullptr;
  const auto found =
      std::find_if(all->begin(), all->end(), [&](const json& old) {
        return text_of(old, key) == text_of(one, key);
      });
  return found == all->end() ? nullptr : &*found;
}

/// "1.2 MB/s", or "-" when it is not known.
std::string rate(const json& one, const json* before, const char* key,
                 double seconds) {
  if (before == nullptr || seconds <= 0)
    return "-";
  const auto now = number_of(one, key);
  const auto then = std::min(number_of(*before, key), now);
  return human_bytes(static_cast<std::uint64_t>(
             static_cast<double>(now - then) / seconds)) +
         "/s";
}

class table {
public:
  table(std::size_t columns, bool has_colour)
      : columns_(columns), has_colour_(has_colour) {}

  void line(const std::string& text, const char* colour = nullptr) {
    const auto cut = text.substr(0, columns_);
    text_ += has_colour_ && colour != nullptr ? colour + cut + "\x1b[0m" : cut;
    text_ += '\n';
  }
  std::string take() { return std::move(text_); }

private:
  std::size_t columns_;
  bool has_colour_;
  std::string text_;
};

constexpr auto bold = "\x1b[1m";
constexpr auto red = "\x1b[31m";

void add_error(table& out, const json& one) {
  if (const auto error = text_of(one, "error"); !error.empty())
    out.line("    " + printable(error), red);
}

} // namespace

std::optional<int> process_of(const std::string& status) {
  const auto all = parse_status(status);
  const auto number = all ? number_of(*all, "process_id") : 0;
  if (number == 0 || number > 0x7fffffff)
    return std::nullopt;
  return static_cast<int>(number);
}

std::string top_table(const session_view& session, std::size_t columns,
                      bool has_colour) {
  table out{columns, has_colour};
  const auto now = parse_status(session.status);
  if (!now) {
    out.line(printable(session.file) + ": does not run", red);
    return out.take();
  }
  const auto before = parse_status(session.before);
  out.line(fmt::format("{}: process {}, {} reloads", printable(session.file),
                       number_of(*now, "process_id"),
                       number_of(*now, "reloads")));
  if (const auto* shares = list_of(*now, "shares");
      shares != nullptr && !shares->empty()) {
    out.line(fmt::format("{:<24} {:<12} {:>9} {:>11} {:>9} {:>8} {:>7}",
                         "SHARE", "STATE", "SIZE", "SENDS", "SENT", "REQUESTS",
                         "DROPPED"),
             bold);
    for (const auto& one : *shares) {
      const auto* old = same_in(before, "shares", "path", one);
      out.line(fmt::format(
          "{:<24} {:<12} {:>9} {:>11} {:>9} {:>8} {:>7}",
          printable(text_of(one, "name")), text_of(one, "state"),
          human_bytes(number_of(one, "bytes")),
          rate(one, old, "bytes_sent", session.seconds),
          human_bytes(number_of(one, "bytes_sent")), number_of(one, "requests"),
          drops_of(one)));
      add_error(out, one);
    }
  }
  if (const auto* syncs = list_of(*now, "syncs");
      syncs != nullptr && !syncs->empty()) {
    out.line(fmt::format("{:<24} {:<20} {:>9} {:>8} {:>7} {:>6} {:>7}", "SYNC",
                         "STATE", "RECEIVED", "COMPLETE", "CHANGED", "FAILED",
                         "DROPPED"),
             bold);
    for (const auto& one : *syncs) {
      out.line(fmt::format(
          "{:<24} {:<20} {:>9} {:>8} {:>7} {:>6} {:>7}",
          printable(text_of(one, "dest")), text_of(one, "state"),
          human_bytes(number_of(one, "bytes_wire")),
          number_of(one, "completed"), number_of(one, "changed"),
          number_of(one, "failed"), drops_of(one)));
      add_error(out, one);
    }
  }
  return out.take();
}

} // namespace troupe::tool
