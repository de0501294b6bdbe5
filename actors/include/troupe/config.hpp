// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "troupe/actors.hpp"

#include <caf/actor_system_config.hpp>

namespace troupe {

/// A configuration of an actor system, on top of the program's own, that has
/// registered our messages and knows options of the group `troupe`:
/// --troupe.interface=eth0, or `interface` in a section [troupe] of a file.
/// What concerns CAF itself, the scheduler above all, is left alone.
template <class Base = caf::actor_system_config>
class config : public Base {
public:
  config() {
    register_types(*this);
    typename Base::opt_group{this->custom_options_, "troupe"}
        .add(interface_, "interface", "network interface, name or number")
        .add(loopback_, "loopback", "reach others on this host, too")
        .add(key_file_, "key-file", "key of encrypted shares")
        .add(signing_key_file_, "signing-key-file", "signs what is shared")
        .add(trusted_key_file_, "trusted-key-file",
             "accept only what it has signed")
        .add(seen_folder_, "seen-folder",
             "remembers the versions of signed shares")
        .add(timeout_ms_, "timeout-ms", "longest silence of a sharer")
        .add(rate_, "rate", "bits per second and share, 0 for no limit");
  }

  /// Settings with what the options say; everything else is left to do.
  share_settings make_share_settings() const {
    share_settings result;
    result.link = link();
    result.signing_key_file = signing_key_file_;
    result.rate_bits_per_s = rate_;
    return result;
  }
  sync_settings make_sync_settings() const {
    sync_settings result;
    fill(result);
    return result;
  }
  replica_settings make_replica_settings() const {
    replica_settings result;
    fill(result);
    return result;
  }

private:
  link_settings link() const {
    link_settings result;
    result.interface = interface_;
    result.loopback = loopback_;
    result.key_file = key_file_;
    return result;
  }
  template <class Settings>
  void fill(Settings& result) const {
    result.link = link();
    result.trusted_key_file = trusted_key_file_;
    result.seen_folder = seen_folder_;
    result.timeout = std::chrono::milliseconds{timeout_ms_};
  }

  std::string interface_;
  bool loopback_ = false;
  std::string key_file_;
  std::string signing_key_file_;
  std::string trusted_key_file_;
  std::string seen_folder_;
  std::uint64_t timeout_ms_ = 30'000;
  std::uint64_t rate_ = share_settings{}.rate_bits_per_s;
};

} // namespace troupe
