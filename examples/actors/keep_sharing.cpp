// SPDX-License-Identifier: BSD-3-Clause
// A supervisor that restarts a share when it fails, for instance because its
// network interface has gone, or is not there yet. It gives up when restarts
// come too often: that is no bad luck any more.
//
// usage: keep_sharing INTERFACE PATH...      until its standard input ends
#include <troupe/actors.hpp>

#include <caf/all.hpp>

#include <iostream>

namespace {

using event = troupe::share_status::event;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t most_restarts = 20;
constexpr auto within = std::chrono::seconds{60};
constexpr auto pause = std::chrono::milliseconds{500};

struct start_again {};

struct supervisor_state {
  supervisor_state() = default;
  troupe::share_actor share;
  std::vector<clock_type::time_point> restarts;
};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(start_again)

namespace {

caf::behavior supervisor(caf::stateful_actor<supervisor_state>* self,
                         troupe::share_settings settings) {
  const auto start = [=] {
    self->state.share = troupe::spawn_share(self->system(), settings,
                                            caf::actor_cast<caf::actor>(self));
  };
  start();
  return {
      [=](const troupe::share_status& status) {
        if (status.what == event::listening)
          std::cout << "sharing" << std::endl;
        if (status.what != event::ended)
          return;
        // Exactly one of these for each share, whatever has happened to it.
        std::cout << "ended: " << status.failure.message() << std::endl;
        auto& restarts = self->state.restarts;
        restarts.push_back(clock_type::now());
        if (restarts.size() > most_restarts &&
            restarts.back() - restarts[restarts.size() - most_restarts] < within)
          return self->quit(caf::exit_reason::unhandled_exception);
        self->delayed_send(self, pause, start_again{});
      },
      [=](start_again) { start(); },
  };
}

} // namespace

int main(int argc, char* argv[]) {
  if (argc < 3) {
    std::cerr << "usage: keep_sharing INTERFACE PATH...\n";
    return 2;
  }
  caf::actor_system_config config;
  troupe::register_types(config);
  caf::actor_system system{config};
  troupe::share_settings settings;
  settings.link.interface = argv[1];
  settings.paths.assign(argv + 2, argv + argc);
  const auto keeper = system.spawn(supervisor, settings);
  for (std::string line; std::getline(std::cin, line);) {
  }
  // The share is monitoring its supervisor, and ends with it.
  caf::anon_send_exit(keeper, caf::exit_reason::user_shutdown);
  return 0;
}
