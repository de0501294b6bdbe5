// SPDX-License-Identifier: BSD-3-Clause
// Writes an object to standard output while it arrives: bytes in order, each of
// them verified. Whoever reads may be slow; the sharer waits.
//
// usage: stream_tar NAME | tar -xf - -C FOLDER
#include <troupe/actors.hpp>

#include <caf/all.hpp>

#include <unistd.h>

#include <iostream>

namespace {

class standard_output final : public troupe::content_stream {
public:
  troupe::errc next(const std::byte* bytes, std::size_t count) override {
    while (count > 0) {
      const auto written = ::write(STDOUT_FILENO, bytes, count);
      if (written < 0)
        return troupe::errc::io_error;
      bytes += written;
      count -= static_cast<std::size_t>(written);
    }
    return troupe::errc::none;
  }
};

} // namespace

int main(int argc, char* argv[]) {
  if (argc != 2) {
    std::cerr << "usage: stream_tar NAME\n";
    return 2;
  }
  caf::actor_system_config config;
  troupe::register_types(config);
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  troupe::sync_settings settings;
  settings.name = argv[1];
  settings.to = std::make_shared<standard_output>();
  settings.order_window_bytes = 4u << 20;
  troupe::spawn_sync(system, settings, self);
  int status = 1;
  self->receive([&](const troupe::sync_result& result) {
    if (result.ok())
      status = 0;
    else
      std::cerr << result.failure.message() << '\n';
  });
  return status;
}
