// SPDX-License-Identifier: BSD-3-Clause
#include "tool/command_line.hpp"

#include "tool/run/command_line.hpp"

namespace troupe::tool {

namespace {

void add_interface(CLI::App& command, std::string& name) {
  command.add_option("-I,--interface", name,
                     "network interface, by name or number")
      ->type_name("INTERFACE");
}

void add_common(CLI::App& command, common_options& options) {
  std::vector<std::string> types;
  for (const auto type : available_hash_types())
    types.emplace_back(to_string(type));
  add_interface(command, options.interface);
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
                  "file of 128 random bytes, the key")
      ->type_name("FILE");
  keys.add_option("--password-file", options.key.password_file,
                  "file with a password in its first line")
      ->type_name("FILE");
  keys.add_option("--librecast-password-file",
                  options.key.librecast_password_file,
                  "the same, for the key that lcsync makes of it")
      ->type_name("FILE");
  keys.require_option(0, 1);
  command.add_flag("--loopback", options.loopback,
                   "talk to programs on this host too");
  command.add_flag("--no-cache", options.no_cache,
                   "read files even if they have not changed since they were"
                   " read last");
  command.add_flag("-q,--quiet", options.quiet, "print errors only");
}

void add_signing(CLI::App& command, sign_options& options) {
  auto& key = *command
                   .add_option("--sign", options.key_file,
                               "sign with the key in this file")
                   ->type_name("FILE");
  command
      .add_option("--version", options.version,
                  "number of what is shared, higher than before; default: the"
                  " time, in milliseconds since 1970")
      ->type_name("N")
      ->needs(&key);
  command
      .add_option("--expires", options.expires,
                  "how long a signature is good, such as 12h or 7d, or until"
                  " when, YYYY-MM-DD[Thh:mm:ssZ]; default: 7d")
      ->type_name("END")
      ->needs(&key);
}

/// The words are those of rsync.
void add_tree_flags(CLI::App& command, sync_options& options) {
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

command_line::command_line(const std::string& version)
    : app{"Synchronise files from one host to any number of others over"
          " IPv6 multicast.",
          "troupe"} {
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  add_share();
  add_sync();
  add_run_commands(app, session);
  add_doctor();
  add_key();
  add_lab(app, lab);
  add_completion();
}

void command_line::add_share() {
  auto& command = *app.add_subcommand(
      "share", "answer everybody who asks for these files, until interrupted");
  add_common(command, share.common);
  command
      .add_option("--rate", share.rate,
                  "bits per second at most, such as 500m or 2.5g; 0 for no"
                  " limit")
      ->type_name("RATE")
      ->capture_default_str();
  add_signing(command, share.sign);
  command.add_flag("-r,--recursive", share.recursive,
                   "share directories with all that is in them");
  command.add_flag("--no-watch", share.no_watch,
                   "do not look whether what is shared changes");
  command.add_option("PATH", share.paths, "files and directories to share")
      ->type_name("")
      ->required();
}

void command_line::add_sync() {
  auto& command = *app.add_subcommand(
      "sync", "make a file or directory equal to one that some host shares");
  add_common(command, sync.common);
  command
      .add_option("--timeout", sync.timeout_s,
                  "seconds without any news after which to give up")
      ->capture_default_str()
      ->type_name("SECONDS")
      ->check(CLI::Range(0.1, 1e6));
  command
      .add_option("--verify", sync.verify,
                  "accept only what is signed with the key whose public half"
                  " is in this file, or with one that succeeded it")
      ->type_name("FILE");
  command
      .add_option("--max-size", sync.max_size,
                  "refuse what is announced with more bytes than that, such"
                  " as 500M or 2G")
      ->type_name("SIZE");
  command.add_flag("--no-fsync", sync.no_fsync,
                   "do not wait until the file is on the disk");
  add_tree_flags(command, sync);
  command
      .add_option("NAME", sync.name,
                  "name of what is shared, or a path of this host that begins"
                  " with / or ./; with a slash at the end: what is in it")
      ->type_name("")
      ->required();
  command
      .add_option("DEST", sync.destination,
                  "file to create or update, or directory to put it into")
      ->type_name("")
      ->required();
}

void command_line::add_doctor() {
  auto& command = *app.add_subcommand(
      "doctor", "find out what keeps multicast from working here, and say how"
                " to mend it");
  add_interface(command, doctor.interface);
  command
      .add_option("--with", doctor.with,
                  "meet another host that runs the same command, in a group of"
                  " this name")
      ->type_name("ROOM");
  command.add_option("--name", doctor.name, "look who shares this name")
      ->type_name("NAME");
  command
      .add_option("--listen", doctor.listen_s,
                  "seconds to listen for queries and sharers")
      ->capture_default_str()
      ->type_name("SECONDS")
      ->check(CLI::Range(0.1, 3600.0));
  command.add_flag("--json", doctor.json,
                   "print a line of JSON for each finding");
  command.add_flag("-q,--quiet", doctor.quiet, "print only what is wrong");
}

void command_line::add_key() {
  auto& command = *app.add_subcommand(
      "key", "make and show the keys that shares are signed with");
  command.require_subcommand(1);
  command
      .add_subcommand("new", "make a key: PATH, which is secret, and PATH.pub")
      ->add_option("PATH", keys.fresh, "file to make")
      ->type_name("")
      ->required();
  command.add_subcommand("show", "print the public half of a key")
      ->add_option("PATH", keys.shown, "key file, secret or public")
      ->type_name("")
      ->required();
  auto& rotate = *command.add_subcommand(
      "rotate", "make a key that takes another's place");
  rotate.add_option("OLD", keys.old_key, "the secret key so far")
      ->type_name("")
      ->required();
  rotate.add_option("NEW", keys.new_key, "file to make")
      ->type_name("")
      ->required();
}

void command_line::add_completion() {
  app.add_subcommand("completion",
                     "print a script that completes this command line")
      ->add_option("SHELL", shell, "bash, zsh or fish")
      ->required()
      ->type_name("")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

} // namespace troupe::tool
