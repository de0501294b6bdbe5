// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/session_plan.hpp"

#include "config/units.hpp"

namespace troupe::tool {

namespace {

using config::effective;
using config::entry;
using config::session_file;

/// Values of one entry with what it inherits.
struct values {
  const session_file& all;
  const entry& one;

  template <class T>
  T get(std::string_view key, T otherwise = {}) const {
    const auto found = effective(all, one, key);
    return found ? std::get<T>(found->value) : otherwise;
  }
  std::string text(std::string_view key) const {
    return get<std::string>(key);
  }
  bool flag(std::string_view key) const { return get<bool>(key); }
  std::optional<std::string> file(std::string_view key) const {
    const auto path = text(key);
    return path.empty() ? std::optional<std::string>{} : path;
  }
};

common_options common_of(const values& from) {
  common_options out;
  out.interface = from.text("interface");
  out.hash = from.text("hash");
  out.wire = from.text("wire");
  out.key.password_file = from.file("password-file");
  if (!out.key.password_file) // which is of this entry alone
    out.key.key_file = from.file("keyfile");
  out.loopback = from.flag("loopback");
  out.no_cache = !from.flag("cache");
  out.quiet = true;
  return out;
}

/// Every value that counts, in the order of the table.
std::string fingerprint_of(const session_file& all, const entry& one) {
  std::string text;
  for (const auto& what : config::options())
    if (what.where == one.where)
      if (const auto value = effective(all, one, what.key))
        text += std::string{what.key} + "=" +
                config::write_value(what, value->value) + "\n";
  return text;
}

} // namespace

session_plan make_plan(const session_file& file) {
  session_plan plan;
  const values host{file, file.host};
  plan.status_file = host.text("status");
  plan.metrics = host.text("metrics");
  plan.rate_bits_per_s = host.get<std::uint64_t>("rate");
  for (const auto& one : file.shares) {
    const values from{file, one};
    planned_share next;
    auto& options = next.options;
    options.common = common_of(from);
    options.recursive = from.flag("recursive");
    options.exclude = from.get<std::vector<std::string>>("exclude");
    options.no_watch = !from.flag("watch");
    if (one.find("rate") != nullptr)
      next.rate_bits_per_s = from.get<std::uint64_t>("rate");
    options.rate = config::write_bits_per_s(next.rate_bits_per_s.value_or(0));
    options.sign.key_file = from.text("sign");
    if (const auto lifetime_ms = from.get<std::uint64_t>("expires"))
      options.sign.expires = config::write_duration_ms(lifetime_ms);
    options.paths = {from.text("path")};
    next.fingerprint = fingerprint_of(file, one);
    plan.shares.push_back(std::move(next));
  }
  for (const auto& one : file.syncs) {
    const values from{file, one};
    planned_sync next;
    auto& options = next.options;
    options.common = common_of(from);
    if (!one.find("hash") && !file.host.find("hash"))
      options.common.hash.clear(); // whatever the share has
    options.name = from.text("name");
    options.destination = from.text("dest");
    options.verify = from.text("verify");
    options.timeout_s =
        static_cast<double>(from.get<std::uint64_t>("timeout")) / 1000;
    options.archive = from.flag("archive");
    options.recursive = from.flag("recursive");
    options.times = from.flag("times");
    options.permissions = from.flag("perms");
    options.owner = from.flag("owner");
    options.group = from.flag("group");
    options.delete_others = from.flag("delete");
    options.in_place = from.flag("inplace");
    options.exclude = from.get<std::vector<std::string>>("exclude");
    options.partial_dir = from.text("partial-dir");
    options.rate_bits_per_s = from.get<std::uint64_t>("rate");
    options.no_fsync = !from.flag("fsync");
    if (const auto most = from.get<std::uint64_t>("max-size"))
      options.max_size = config::write_size_bytes(most);
    next.every = std::chrono::milliseconds{from.get<std::uint64_t>("every")};
    next.on_change = from.flag("on-change");
    next.after = from.get<std::vector<std::string>>("after");
    next.fingerprint = fingerprint_of(file, one);
    plan.syncs.push_back(std::move(next));
  }
  return plan;
}

} // namespace troupe::tool
