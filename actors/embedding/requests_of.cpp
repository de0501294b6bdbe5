// SPDX-License-Identifier: BSD-3-Clause
#include "actors/embedding/requests_of.hpp"

#include "actors/embedding/adapters.hpp"
#include "actors/sharing/indexing.hpp"
#include "transport/asio_network.hpp"
#include "transport/key_file.hpp"
#include "transport/signing_key_file.hpp"

namespace troupe {

namespace {

expected<std::uint32_t> interface_of(const link_settings& link) {
  if (link.interface.empty())
    return std::uint32_t{0};
  return find_interface(link.interface);
}

expected<std::optional<seal_key>> key_of(const link_settings& link) {
  if (link.key_file.empty())
    return std::optional<seal_key>{};
  auto key = read_key_file(link.key_file);
  if (!key)
    return key.error();
  return std::optional<seal_key>{std::move(*key)};
}

expected<std::shared_ptr<const share_signing>>
signing_of(const share_settings& settings) {
  if (settings.signing_key_file.empty())
    return std::shared_ptr<const share_signing>{};
  auto key = read_signing_key(settings.signing_key_file);
  if (!key)
    return key.error();
  const auto now_ms = static_cast<std::uint64_t>(system_unix_time()) * 1000;
  std::vector<std::string> names;
  for (const auto& path : settings.paths)
    names.push_back(share_name(path));
  share_signing signing{
      .key = std::move(*key),
      .version = now_ms,
      .revision = std::make_shared<std::atomic<std::uint64_t>>(now_ms),
      .expires_s = {},
      .directories = std::move(names)};
  return std::make_shared<const share_signing>(std::move(signing));
}

/// What syncs and replicas have in common.
template <class Settings>
expected<sync_request> receiving(const Settings& settings,
                                 const std::string& place) {
  sync_request request;
  if (settings.name.empty())
    return error{errc::invalid_argument, "a sync needs a name"};
  request.name = settings.name;
  request.timeout = settings.timeout;
  request.limit_bytes = settings.limit_bytes;
  request.receive.loopback = settings.link.loopback;
  const auto interface = interface_of(settings.link);
  if (!interface)
    return interface.error();
  request.receive.interface_index = *interface;
  auto key = key_of(settings.link);
  if (!key)
    return key.error();
  request.key = std::move(*key);
  if (settings.trusted_key_file.empty())
    return request;
  const auto trusted = read_public_key(settings.trusted_key_file);
  if (!trusted)
    return trusted.error();
  share_trust trust;
  trust.key = *trusted;
  trust.place = place;
  if (!settings.seen_folder.empty())
    trust.memory = std::make_shared<const seen_versions>(settings.seen_folder);
  request.trust = std::make_shared<const share_trust>(std::move(trust));
  return request;
}

/// Puts the target of a sync into its request.
struct aim {
  sync_request& request;
  const sync_settings& settings;

  error operator()(std::monostate) const {
    return {errc::invalid_argument, "a sync needs a target"};
  }
  error operator()(const to_path& to) const {
    if (to.path.empty())
      return {errc::invalid_argument, "an empty path is no target"};
    const bool all = to.metadata;
    request.metadata = {all, all, all, all, false};
    tree_request tree;
    tree.destination = to.path;
    tree.below_own_name = false;
    tree.recursive = to.directories;
    tree.delete_others = to.delete_others;
    request.tree = std::move(tree);
    return {};
  }
  error operator()(const to_memory& to) const {
    request.destination = make_memory_sink({to.data, to.size});
    return {};
  }
  error operator()(const std::shared_ptr<content_sink>& to) const {
    if (!to)
      return (*this)(std::monostate{});
    request.destination = sink_of(to);
    return {};
  }
  error operator()(const std::shared_ptr<content_stream>& to) const {
    if (!to)
      return (*this)(std::monostate{});
    request.destination = sink_of(to, settings.order_window_bytes);
    return {};
  }
};

} // namespace

expected<share_request> request_of(const share_settings& settings) {
  share_request request;
  request.counters = std::make_shared<share_counters>();
  request.send.loopback = settings.link.loopback;
  request.send.rate_bits_per_s = settings.rate_bits_per_s;
  const auto interface = interface_of(settings.link);
  if (!interface)
    return interface.error();
  request.send.interface_index = *interface;
  auto key = key_of(settings.link);
  if (!key)
    return key.error();
  request.key = std::move(*key);
  auto signing = signing_of(settings);
  if (!signing)
    return signing.error();
  request.signing = std::move(*signing);
  return request;
}

expected<sync_request> request_of(const sync_settings& settings) {
  std::string place = "memory";
  if (const auto* path = std::get_if<to_path>(&settings.to))
    place = std::filesystem::absolute(path->path).lexically_normal().string();
  auto request = receiving(settings, place);
  if (!request)
    return request;
  if (auto wrong = std::visit(aim{*request, settings}, settings.to);
      wrong.code != errc::none)
    return wrong;
  return request;
}

expected<sync_request> request_of(const replica_settings& settings) {
  return receiving(settings, "memory");
}

std::shared_ptr<network> network_of(const link_settings& link) {
  return link.through ? link.through : make_asio_network();
}

} // namespace troupe
