// SPDX-License-Identifier: BSD-3-Clause
#include "lab/read_topology.hpp"

#include "lab/table_reader.hpp"

#include <algorithm>
#include <fstream>

namespace troupe::lab {

namespace {

constexpr std::uintmax_t max_topology_bytes = 1 << 20;
constexpr std::uint64_t max_delay_ms = 60'000;

template <class T>
std::vector<std::string> names_of(const std::vector<T>& all) {
  std::vector<std::string> names;
  for (const auto& one : all)
    names.push_back(one.name);
  return names;
}

template <class T>
bool is_named(const std::vector<T>& all, std::string_view called) {
  return std::any_of(all.begin(), all.end(),
                     [&](const T& one) { return one.name == called; });
}

/// Names become those of network devices, with a letter in front and digits
/// behind, which have at most 15 characters.
bool is_good_name(std::string_view text) {
  return !text.empty() && text.size() <= 10 && text.front() >= 'a' &&
         text.front() <= 'z' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
             std::string_view::npos;
}

void read_name(table_reader& from, std::string& into) {
  from.text("name", into);
  if (!is_good_name(into))
    from.complain("name", "a name of at most 10 characters a-z, 0-9 and -, "
                          "beginning with a letter, is needed");
}

void read_wire(table_reader& from, wire& into) {
  from.number("loss", into.loss_pct, 0, 100);
  from.count("burst", into.burst_packets, 1, 10'000);
  from.rate("rate", into.rate_bits_per_s);
  from.duration_ms("delay", into.delay_ms);
  from.duration_ms("jitter", into.jitter_ms);
  from.number("reorder", into.reorder_pct, 0, 100);
  from.number("duplicate", into.duplicate_pct, 0, 100);
  if (into.burst_packets > 1 && into.loss_pct == 0)
    from.complain("burst", "'burst' says how the loss comes: give 'loss' too");
  if (into.reorder_pct > 0 && into.delay_ms == 0)
    from.complain("reorder",
                  "packets overtake those that wait: give 'delay' too");
  if (into.delay_ms > max_delay_ms)
    from.complain("delay", "longer than a minute");
  if (into.jitter_ms > into.delay_ms)
    from.complain("jitter", "more than the 'delay' that it changes");
}

void read_bridge(table_reader& from, topology& all) {
  bridge one;
  read_name(from, one.name);
  from.flag("snooping", one.snooping);
  from.flag("querier", one.querier);
  from.text("uplink", one.uplink);
  read_wire(from, one.to_uplink);
  if (!one.uplink.empty() && !is_named(all.bridges, one.uplink))
    from.complain("uplink", "no bridge above this one is called '" +
                                one.uplink + "'" +
                                suggest(one.uplink, names_of(all.bridges)));
  if (is_named(all.bridges, one.name))
    from.complain("name", "another bridge is called '" + one.name + "'");
  if (all.bridges.size() == max_bridges)
    from.complain("name", "more than " + std::to_string(max_bridges) +
                              " bridges");
  else
    all.bridges.push_back(std::move(one));
}

/// Routers come after those above them, so that there are no circles.
void read_router(table_reader& from, topology& all) {
  router one;
  read_name(from, one.name);
  from.text("upstream", one.upstream);
  from.texts("downstream", one.downstream);
  from.flag("pass-joins", one.pass_joins);
  const auto fed = [&](std::size_t link) {
    return std::any_of(all.routers.begin(), all.routers.end(), [&](auto& r) {
      return std::any_of(r.downstream.begin(), r.downstream.end(),
                         [&](auto& b) { return all.link_of(b) == link; });
    });
  };
  if (!is_named(all.bridges, one.upstream))
    return from.complain("upstream",
                         "no bridge is called '" + one.upstream + "'" +
                             suggest(one.upstream, names_of(all.bridges)));
  const auto above = all.link_of(one.upstream);
  if (above != 0 && !fed(above))
    from.complain("upstream", "nothing comes to '" + one.upstream +
                                  "': give the routers from the first bridge"
                                  " downwards");
  if (one.downstream.empty() || one.downstream.size() > 9)
    from.complain("downstream", "one to nine bridges are needed");
  for (auto each = one.downstream.begin(); each != one.downstream.end(); ++each) {
    const auto found =
        std::find_if(all.bridges.begin(), all.bridges.end(),
                     [&](const bridge& b) { return b.name == *each; });
    if (found == all.bridges.end() || !found->uplink.empty())
      from.complain("downstream",
                    "'" + *each + "' is no bridge without an uplink" +
                        suggest(*each, names_of(all.bridges)));
    else if (all.link_of(*each) == 0 || fed(all.link_of(*each)) ||
             std::find(one.downstream.begin(), each, *each) != each)
      from.complain("downstream", "there is a way to '" + *each + "' already");
  }
  if (is_named(all.routers, one.name))
    from.complain("name", "another router is called '" + one.name + "'");
  if (all.routers.size() == max_routers)
    return from.complain("name", "more than " + std::to_string(max_routers) +
                                     " routers");
  all.routers.push_back(std::move(one));
}

void read_hosts(table_reader& from, topology& all) {
  host one;
  std::uint32_t count = 0;
  read_name(from, one.name);
  from.count("count", count, 1, max_hosts);
  from.text("bridge", one.bridge);
  read_wire(from, one.cable);
  from.flag("offloads", one.offloads);
  from.duration_ms("starts", one.starts_ms);
  from.duration_ms("stops", one.stops_ms);
  if (one.offloads && one.cable.needs_link())
    from.complain("offloads", "a cable that delays, repeats, reorders or loses"
                              " in bursts carries single frames");
  if (one.stops_ms != 0 && one.stops_ms <= one.starts_ms)
    from.complain("stops", "it would stop before it starts");
  if (all.hosts.size() + std::max(count, 1u) > max_hosts)
    return from.complain("name", "more than " + std::to_string(max_hosts) +
                                     " hosts");
  one.group = one.name;
  for (std::uint32_t i = 1; i <= std::max(count, 1u); ++i) {
    if (count > 0)
      one.name = one.group + std::to_string(i);
    if (is_named(all.hosts, one.name) || is_named(all.routers, one.name))
      from.complain("name", "another host is called '" + one.name + "'");
    all.hosts.push_back(one);
  }
}

void read_content(table_reader& from, topology& all) {
  content one;
  from.text("name", one.name);
  from.size_bytes("size", one.bytes);
  from.count("files", one.files, 1, 1'000'000);
  from.count("seed", one.seed, 0, UINT32_MAX);
  if (one.name.empty() || one.name.front() == '.' ||
      one.name.find('/') != std::string::npos || one.name.size() > 100)
    from.complain("name", "a file name without slashes is needed");
  if (all.find_content(one.name) != nullptr)
    from.complain("name", "another file is called '" + one.name + "'");
  if (!from.has("size") || one.bytes == 0)
    from.complain("size", "a file needs a 'size' of one byte at least");
  if (one.bytes > max_content_bytes / one.files)
    from.complain("size", "more than 64 GiB");
  all.contents.push_back(std::move(one));
}

std::vector<std::string> tool_words() {
  std::vector<std::string> words;
  for (const auto one : all_tools)
    words.emplace_back(to_string(one));
  return words;
}

std::optional<tool> read_tool(table_reader& from, std::string_view key,
                              const std::string& word) {
  for (const auto one : all_tools)
    if (to_string(one) == word)
      return one;
  std::string list;
  for (const auto& each : tool_words())
    list += (list.empty() ? "" : ", ") + each;
  const auto like = suggest(word, tool_words());
  from.complain(key, "there is no tool '" + word + "'" +
                         (like.empty() ? "; there are: " + list : like));
  return std::nullopt;
}

/// Hosts by their names or that of their group.
void read_receivers(table_reader& from, const topology& all, session& one) {
  std::vector<std::string> words;
  from.texts("to", words);
  auto known = names_of(all.hosts);
  for (const auto& each : all.hosts)
    known.push_back(each.group);
  for (const auto& word : words) {
    const auto before = one.to.size();
    for (const auto& each : all.hosts)
      if ((each.name == word || each.group == word) && each.name != one.from &&
          std::find(one.to.begin(), one.to.end(), each.name) == one.to.end())
        one.to.push_back(each.name);
    if (one.to.size() == before)
      from.complain("to", "'" + word + "' adds no receiver" +
                              suggest(word, known));
  }
  if (words.empty())
    from.complain("to", "a session needs receivers: give 'to'");
}

bool crosses_routers(const topology& all, const session& one) {
  const auto link = [&](const std::string& name) {
    const auto* at = all.find_host(name);
    return at == nullptr ? std::size_t{0} : all.link_of(at->bridge);
  };
  return std::any_of(
      one.to.begin(), one.to.end(),
      [&](const std::string& to) { return link(to) != link(one.from); });
}

void read_session(table_reader& from, topology& all) {
  session one;
  std::vector<std::string> tools{"troupe"};
  from.text("name", one.name);
  from.texts("tool", tools);
  from.text("from", one.from);
  from.text("file", one.file);
  from.texts("share-options", one.share_options);
  from.texts("sync-options", one.sync_options);
  if (all.find_host(one.from) == nullptr)
    from.complain("from", "no host is called '" + one.from + "'" +
                              suggest(one.from, names_of(all.hosts)));
  read_receivers(from, all, one);
  const auto* what = all.find_content(one.file);
  if (what == nullptr)
    from.complain("file", "no [[file]] is called '" + one.file + "'" +
                              suggest(one.file, names_of(all.contents)));
  for (const auto& word : tools) {
    const auto by = read_tool(from, "tool", word);
    if (!by)
      continue;
    one.tools.push_back(*by);
    if (*by != tool::troupe && crosses_routers(all, one))
      from.complain("tool", word + " needs answers, which routers of a lab do"
                                   " not carry");
    if (what != nullptr && what->files > 1 &&
        (*by == tool::udpcast || *by == tool::tcp || *by == tool::librecast))
      from.complain("tool", word + " carries one file only");
  }
  if (one.tools.empty() && tools.empty())
    from.complain("tool", "a session needs a tool");
  if (one.name.empty())
    one.name = one.file;
  if (is_named(all.sessions, one.name))
    from.complain("name", "another session is called '" + one.name + "'");
  all.sessions.push_back(std::move(one));
}

void read_expectation(table_reader& from, topology& all) {
  expectation one;
  std::string word;
  from.text("tool", word);
  from.flag("identical", one.identical);
  from.duration_ms("within", one.within_ms);
  from.number("sent-per-byte", one.sent_per_byte, 0, 1e6);
  if (!word.empty())
    one.of = read_tool(from, "tool", word);
  all.expectations.push_back(one);
}

void read_matrix(table_reader& from, matrix& into) {
  std::vector<double> counts;
  from.numbers("receivers", counts, 1, max_hosts);
  for (const auto count : counts) {
    into.receivers.push_back(static_cast<std::uint32_t>(count));
    if (static_cast<double>(into.receivers.back()) != count)
      from.complain("receivers", "receivers come whole");
  }
  from.numbers("loss", into.loss_pct, 0, 100);
}

/// Hosts are on the first bridge unless they say another.
void place_hosts(table_reader& from, topology& all) {
  if (all.bridges.empty())
    all.bridges.emplace_back().name = "lan";
  for (auto& one : all.hosts) {
    if (one.bridge.empty())
      one.bridge = all.bridges.front().name;
    if (!is_named(all.bridges, one.bridge))
      from.complain("host", "host '" + one.name + "' is on bridge '" +
                                one.bridge + "', which there is not" +
                                suggest(one.bridge, names_of(all.bridges)));
  }
  for (std::size_t i = 1; i < all.bridges.size(); ++i) {
    const auto& name = all.bridges[i].name;
    const bool is_fed = std::any_of(
        all.routers.begin(), all.routers.end(), [&](const router& one) {
          return std::find(one.downstream.begin(), one.downstream.end(),
                           name) != one.downstream.end();
        });
    if (all.bridges[i].uplink.empty() && !is_fed)
      from.complain("bridge", "bridge '" + name + "' needs an 'uplink', or a"
                              " router above it");
  }
}

void read_all(table_reader& from, topology& all) {
  read_name(from, all.name);
  from.text("title", all.title);
  from.count("seed", all.seed, 0, UINT32_MAX);
  from.count("rounds", all.rounds, 1, 1000);
  from.duration_ms("deadline", all.deadline_ms);
  from.tables("bridge", "a bridge", [&](auto& t) { read_bridge(t, all); });
  from.tables("router", "a router", [&](auto& t) { read_router(t, all); });
  from.tables("host", "a host", [&](auto& t) { read_hosts(t, all); });
  place_hosts(from, all);
  from.tables("file", "a file", [&](auto& t) { read_content(t, all); });
  from.tables("session", "a session", [&](auto& t) { read_session(t, all); });
  from.tables("expect", "an expectation",
              [&](auto& t) { read_expectation(t, all); });
  from.table("matrix", "a matrix",
             [&](auto& t) { read_matrix(t, all.variations); });
  if (all.sessions.empty())
    from.complain("session", "nothing to do: give a [[session]]");
  for (const auto& one : all.sessions)
    for (const auto count : all.variations.receivers)
      if (count > one.to.size())
        from.complain("matrix", "session '" + one.name + "' has " +
                                    std::to_string(one.to.size()) +
                                    " receivers, not " + std::to_string(count));
  if (all.deadline_ms == 0)
    from.complain("deadline", "a run needs time");
  if (all.title.empty())
    all.title = all.name;
}

} // namespace

topology_result read_topology_text(std::string_view text,
                                   const std::string& name) {
  complaint_list complaints{name, {}};
  topology all;
  try {
    const auto table = toml::parse(text, name);
    table_reader from{table, "a topology", complaints};
    read_all(from, all);
    from.finish();
  } catch (const toml::parse_error& wrong) {
    complaints.add(wrong.source(), std::string{wrong.description()});
  }
  topology_result result;
  if (complaints.all.empty() && runs_of(all).size() > max_runs)
    complaints.add({}, "more than " + std::to_string(max_runs) + " runs");
  if (complaints.all.empty())
    result.lab = std::move(all);
  result.complaints = std::move(complaints.all);
  return result;
}

topology_result read_topology(const std::filesystem::path& path) {
  topology_result result;
  const auto refuse = [&](const std::string& what) {
    auto& one = result.complaints.emplace_back();
    one.what = "'" + path.string() + "': " + what;
    return result;
  };
  std::error_code trouble;
  const auto size = std::filesystem::file_size(path, trouble);
  if (trouble)
    return refuse(trouble.message());
  if (size > max_topology_bytes)
    return refuse("larger than a topology can be (1 MiB)");
  std::ifstream in{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (!in)
    return refuse("cannot be read");
  return read_topology_text(text, path.string());
}

} // namespace troupe::lab
