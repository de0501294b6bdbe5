// SPDX-License-Identifier: BSD-3-Clause
#include "tool/sign_options.hpp"

#include "tool/units.hpp"
#include "transport/signing_key_file.hpp"

#include <chrono>
#include <cstdlib>

namespace troupe::tool {

namespace {

std::uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<milliseconds>(system_clock::now().time_since_epoch())
          .count());
}

error read_end(const std::string& text, share_signing& signing) {
  if (const auto lifetime = parse_duration(text)) {
    signing.lifetime_s = *lifetime;
    return {};
  }
  const auto date = parse_date(text);
  if (!date)
    return {errc::invalid_argument,
            "'" + text + "' is neither a time, such as 12h or 7d, nor a date,"
            " YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ"};
  signing.expires_s = *date;
  signing.lifetime_s = *date - signing.now();
  if (signing.lifetime_s <= 0)
    return {errc::invalid_argument, "'" + text + "' is over"};
  return {};
}

/// As the XDG base directory specification has it: not a cache, which may be
/// deleted at any time.
std::optional<std::filesystem::path> state_folder() {
  if (const char* set = std::getenv("XDG_STATE_HOME"); set && *set == '/')
    return std::filesystem::path{set} / "troupe" / "seen";
  if (const char* home = std::getenv("HOME"); home && *home == '/')
    return std::filesystem::path{home} / ".local" / "state" / "troupe" / "seen";
  return std::nullopt;
}

} // namespace

expected<std::shared_ptr<const share_signing>>
read_signing(const sign_options& options,
             const std::vector<std::string>& names) {
  if (options.key_file.empty())
    return std::shared_ptr<const share_signing>{};
  auto key = read_signing_key(options.key_file);
  if (!key)
    return key.error();
  share_signing signing{.key = std::move(*key),
                        .version = options.version.value_or(now_ms()),
                        .revision = nullptr,
                        .expires_s = {},
                        .directories = names};
  if (!options.version)
    signing.revision =
        std::make_shared<std::atomic<std::uint64_t>>(signing.version);
  if (!options.expires.empty())
    if (auto wrong = read_end(options.expires, signing);
        wrong.code != errc::none)
      return wrong;
  return std::make_shared<const share_signing>(std::move(signing));
}

expected<std::shared_ptr<const share_trust>>
read_trust(const std::string& path, const std::string& destination) {
  if (path.empty())
    return std::shared_ptr<const share_trust>{};
  auto key = read_public_key(path);
  if (!key)
    return key.error();
  const auto folder = state_folder();
  if (!folder)
    return error{errc::not_found,
                 "no place to remember what versions were seen: set"
                 " XDG_STATE_HOME or HOME to an absolute path"};
  share_trust trust;
  trust.key = *key;
  trust.memory = std::make_shared<const seen_versions>(*folder);
  auto place = std::filesystem::absolute(destination).lexically_normal();
  if (!place.has_filename()) // "to/" is "to"
    place = place.parent_path();
  trust.place = place.string();
  return std::make_shared<const share_trust>(std::move(trust));
}

} // namespace troupe::tool
