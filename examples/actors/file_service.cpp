// SPDX-License-Identifier: BSD-3-Clause
// An application that is made of actors already gets its files by multicast.
// Its jobs ask the file service for a file by name, as they always did.
//
// usage: file_service FOLDER NAME...
#include <troupe/config.hpp>

#include <caf/all.hpp>

#include <iostream>

namespace {

using path_promise = caf::typed_response_promise<std::string>;

/// Waits for one sync and passes its end on to whoever asked for the file.
caf::behavior waiter(caf::event_based_actor* self, path_promise asked,
                     std::string path) {
  return {[=](const troupe::sync_result& result) mutable {
    if (result.ok())
      asked.deliver(std::move(path));
    else
      asked.deliver(caf::make_error(caf::sec::runtime_error,
                                    result.failure.message()));
    self->quit();
  }};
}

/// The service: a name in, a path out, once the file is there.
caf::behavior file_service(caf::event_based_actor* self, std::string folder,
                           troupe::sync_settings defaults) {
  return {[=](const std::string& name) -> caf::result<std::string> {
    const auto path = folder + "/" + name;
    auto asked = self->make_response_promise<std::string>();
    auto settings = defaults;
    settings.name = name;
    settings.to = troupe::to_path{path};
    troupe::spawn_sync(self->system(), settings,
                       self->spawn(waiter, asked, path));
    return asked;
  }};
}

} // namespace

int main(int argc, char* argv[]) {
  if (argc < 3) {
    std::cerr << "usage: file_service FOLDER NAME...\n";
    return 2;
  }
  troupe::config<> config; // or troupe::config<the_application's_own>
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const auto service = self->spawn(file_service, std::string{argv[1]},
                                   config.make_sync_settings());
  int failures = 0;
  for (int i = 2; i < argc; ++i)
    self->request(service, std::chrono::minutes{1}, std::string{argv[i]})
        .receive(
            [](const std::string& path) { std::cout << path << '\n'; },
            [&](const caf::error&) {
              std::cerr << "no " << argv[i] << '\n';
              ++failures;
            });
  self->send_exit(service, caf::exit_reason::user_shutdown);
  return failures == 0 ? 0 : 1;
}
