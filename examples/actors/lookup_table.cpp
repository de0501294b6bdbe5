// SPDX-License-Identifier: BSD-3-Clause
// A lookup table that any number of processes have in memory. One process
// publishes it, and again when it changes; the others look things up in
// whichever version they have, while the next one is on its way.
//
// usage: lookup_table publish   reads lines `KEY VALUE`; an empty line publishes
//        lookup_table serve     reads lines `KEY`; says the version and the value
#include <troupe/actors.hpp>

#include <caf/all.hpp>

#include <atomic>
#include <cstring>
#include <iostream>
#include <map>
#include <string_view>

namespace {

constexpr auto name = "lookup-table";

/// The table as bytes: a sorted line for each entry.
std::vector<std::byte> bytes_of(const std::map<std::string, std::string>& table) {
  std::string text;
  for (const auto& [key, value] : table)
    text += key + ' ' + value + '\n';
  std::vector<std::byte> bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

/// The value of `key`, found in the bytes where they are. A table is searched in
/// halves; "" if it has no such key.
std::string_view look_up(const troupe::snapshot& table, std::string_view key) {
  std::string_view rest{reinterpret_cast<const char*>(table.data), table.size};
  while (!rest.empty()) {
    const auto before = rest.rfind('\n', rest.size() / 2);
    const auto begin = before == rest.npos ? 0 : before + 1;
    const auto line = rest.substr(begin, rest.find('\n', begin) - begin);
    const auto found = line.substr(0, line.find(' '));
    if (found == key)
      return line.substr(found.size() + 1);
    rest = key < found ? rest.substr(0, begin)
                       : rest.substr(begin + line.size() + 1);
  }
  return {};
}

caf::behavior says_what_happens(caf::event_based_actor*) {
  return {[](const troupe::share_status& status) {
    using event = troupe::share_status::event;
    if (status.what == event::listening || status.what == event::renewed)
      std::cout << "published" << std::endl;
    else if (status.failure.code != troupe::errc::none)
      std::cerr << status.failure.message() << std::endl;
  }};
}

int publish(caf::actor_system& system) {
  std::map<std::string, std::string> table;
  troupe::share_actor share;
  for (std::string line; std::getline(std::cin, line);) {
    const auto space = line.find(' ');
    if (space != line.npos) {
      table[line.substr(0, space)] = line.substr(space + 1);
      continue;
    }
    const auto content = troupe::make_content(bytes_of(table));
    if (share) {
      caf::anon_send(share, troupe::put_content{name, content});
      continue;
    }
    troupe::share_settings settings;
    settings.contents = {{name, content}};
    share = troupe::spawn_share(system, settings,
                                system.spawn(says_what_happens));
  }
  if (share)
    caf::anon_send(share, troupe::stop_share{});
  return 0;
}

/// The version that lookups use. Readers take a copy of the pointer and keep
/// their version for as long as they like.
struct current {
  troupe::snapshot_ptr get() const { return std::atomic_load(&table); }
  void set(troupe::snapshot_ptr next) { std::atomic_store(&table, next); }
  troupe::snapshot_ptr table;
};

caf::behavior keeps(caf::event_based_actor* self, std::shared_ptr<current> now) {
  return {
      [=](const troupe::snapshot_update& update) { now->set(update.now); },
      [=](const troupe::replica_status& status) {
        if (status.what == troupe::replica_status::event::ended)
          self->quit();
      },
  };
}

int serve(caf::actor_system& system) {
  const auto now = std::make_shared<current>();
  troupe::replica_settings settings;
  settings.name = name;
  settings.every = std::chrono::milliseconds{200};
  const auto replica =
      troupe::spawn_replica(system, settings, system.spawn(keeps, now));
  for (std::string key; std::getline(std::cin, key);) {
    const auto table = now->get();
    if (table)
      std::cout << table->version << ' ' << look_up(*table, key) << std::endl;
    else
      std::cout << "0" << std::endl;
  }
  caf::anon_send(replica, troupe::stop_replica{});
  return 0;
}

} // namespace

int main(int argc, char* argv[]) {
  const std::string_view role = argc == 2 ? argv[1] : "";
  if (role != "publish" && role != "serve") {
    std::cerr << "usage: lookup_table publish|serve\n";
    return 2;
  }
  caf::actor_system_config config;
  troupe::register_types(config);
  caf::actor_system system{config};
  return role == "publish" ? publish(system) : serve(system);
}
