// SPDX-License-Identifier: BSD-3-Clause
#include "tool/commands.hpp"
#include "tool/doctor/command.hpp"
#include "tool/exit_code.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {

using namespace troupe;

std::string version_text() {
  auto text = std::string{"troupe " TROUPE_VERSION "\nhash types:"};
  const auto types = available_hash_types();
  for (const auto type : types)
    text += (type == types.front() ? " " : ", ") + std::string{to_string(type)};
  return text;
}

void add_common(CLI::App& command, tool::common_options& options) {
  std::vector<std::string> types;
  for (const auto type : available_hash_types())
    types.emplace_back(to_string(type));
  command.add_option("-i,--interface", options.interface,
                     "network interface, by name or number");
  command
      .add_option("--hash", options.hash, "hash function of the share")
      ->check(CLI::IsMember(types));
  command
      .add_option("--wire", options.wire,
                  "how files travel: range channels, the classic librecast"
                  " protocol, or what both sides have")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "range", "classic"}));
  auto& keys = *command.add_option_group(
      "Encryption", "of a share; its receivers need the same key");
  keys.add_option("--keyfile", options.key.key_file,
                  "file of 128 random bytes, the key");
  keys.add_option("--password-file", options.key.password_file,
                  "file with a password in its first line");
  keys.add_option("--librecast-password-file",
                  options.key.librecast_password_file,
                  "the same, for the key that lcsync makes of it");
  keys.require_option(0, 1);
  command.add_flag("--loopback", options.loopback,
                   "talk to programs on this host too");
  command.add_flag("--no-cache", options.no_cache,
                   "read files even if they have not changed since they were"
                   " read last");
  command.add_flag("-q,--quiet", options.quiet, "print errors only");
}

void add_signing(CLI::App& command, tool::sign_options& options) {
  auto& key = *command.add_option("--sign", options.key_file,
                                  "sign with the key in this file");
  command
      .add_option("--version", options.version,
                  "number of what is shared, higher than before; default: the"
                  " time, in milliseconds since 1970")
      ->needs(&key);
  command
      .add_option("--expires", options.expires,
                  "how long a signature is good, such as 12h or 7d, or until"
                  " when, YYYY-MM-DD[Thh:mm:ssZ]; default: 7d")
      ->needs(&key);
}

struct key_arguments {
  std::string fresh;
  std::string shown;
  std::string old_key;
  std::string new_key;
};

void add_key_command(CLI::App& command, key_arguments& paths) {
  command.require_subcommand(1);
  command
      .add_subcommand("new", "make a key: PATH, which is secret, and PATH.pub")
      ->add_option("PATH", paths.fresh, "file to make")
      ->required();
  command.add_subcommand("show", "print the public half of a key")
      ->add_option("PATH", paths.shown, "key file, secret or public")
      ->required();
  auto& rotate = *command.add_subcommand(
      "rotate", "make a key that takes another's place");
  rotate.add_option("OLD", paths.old_key, "the secret key so far")->required();
  rotate.add_option("NEW", paths.new_key, "file to make")->required();
}

/// The words are those of rsync.
void add_tree_flags(CLI::App& command, tool::sync_options& options) {
  command.add_flag("-a,--archive", options.archive, "the same as -rtpog");
  command.add_flag("-r,--recursive", options.recursive,
                   "directories, too, with all that is in them");
  command.add_flag("-t,--times", options.times, "take over modification times");
  command.add_flag("-p,--perms", options.permissions, "take over permissions");
  command.add_flag("-o,--owner", options.owner, "take over the owner");
  command.add_flag("-g,--group", options.group, "take over the group");
  command.add_flag("--inplace", options.in_place,
                   "change the file itself, of which only what differs is"
                   " written");
  command.add_flag("--delete", options.delete_others,
                   "remove from the directory what is not shared");
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Synchronise files from one host to any number of others over"
               " IPv6 multicast."};
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);

  tool::share_options share;
  auto& share_command = *app.add_subcommand(
      "share", "answer everybody who asks for these files, until interrupted");
  add_common(share_command, share.common);
  share_command
      .add_option("--rate", share.rate,
                  "bits per second at most, such as 500m or 2.5g; 0 for no"
                  " limit")
      ->capture_default_str();
  add_signing(share_command, share.sign);
  share_command.add_flag("-r,--recursive", share.recursive,
                         "share directories with all that is in them");
  share_command.add_flag("--no-watch", share.no_watch,
                         "do not look whether what is shared changes");
  share_command.add_option("PATH", share.paths, "files and directories to share")
      ->required();

  tool::sync_options sync;
  auto& sync_command = *app.add_subcommand(
      "sync", "make a file or directory equal to one that some host shares");
  add_common(sync_command, sync.common);
  sync_command
      .add_option("--timeout", sync.timeout_s,
                  "seconds without any news after which to give up")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 1e6));
  sync_command.add_option("--verify", sync.verify,
                          "accept only what is signed with the key whose"
                          " public half is in this file, or with one that"
                          " succeeded it");
  sync_command.add_option("--max-size", sync.max_size,
                          "refuse what is announced with more bytes than"
                          " that, such as 500M or 2G");
  sync_command.add_flag("--no-fsync", sync.no_fsync,
                        "do not wait until the file is on the disk");
  add_tree_flags(sync_command, sync);
  sync_command
      .add_option("NAME", sync.name,
                  "name of what is shared, or a path of this host that begins"
                  " with / or ./; with a slash at the end: what is in it")
      ->required();
  sync_command
      .add_option("DEST", sync.destination,
                  "file to create or update, or directory to put it into")
      ->required();

  tool::doctor_options doctor;
  auto& doctor_command = *app.add_subcommand(
      "doctor", "find out what keeps multicast from working here, and say how"
                " to mend it");
  doctor_command.add_option("-i,--interface", doctor.interface,
                            "network interface, by name or number");
  doctor_command.add_option("--with", doctor.with,
                            "meet another host that runs the same command, in a"
                            " group of this name");
  doctor_command.add_option("--name", doctor.name,
                            "look who shares this name");
  doctor_command
      .add_option("--listen", doctor.listen_s,
                  "seconds to listen for queries and sharers")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 3600.0));
  doctor_command.add_flag("--json", doctor.json,
                          "print a line of JSON for each finding");
  doctor_command.add_flag("-q,--quiet", doctor.quiet,
                          "print only what is wrong");
  key_arguments paths;
  auto& key_command = *app.add_subcommand(
      "key", "make and show the keys that shares are signed with");
  add_key_command(key_command, paths);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    const auto code = app.exit(problem);
    return code == 0 ? tool::exit_ok : tool::exit_usage;
  }
  if (doctor_command.parsed())
    return tool::run_doctor(doctor);
  if (key_command.got_subcommand("new"))
    return tool::run_key_new(paths.fresh);
  if (key_command.got_subcommand("show"))
    return tool::run_key_show(paths.shown);
  if (key_command.got_subcommand("rotate"))
    return tool::run_key_rotate(paths.old_key, paths.new_key);
  if (share_command.parsed())
    return tool::run_share(share);
  return tool::is_local(sync.name) ? tool::run_local(sync)
                                   : tool::run_sync(sync);
}
