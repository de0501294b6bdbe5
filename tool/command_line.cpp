// SPDX-License-Identifier: BSD-3-Clause
#include "tool/command_line.hpp"

#include "tool/run/command_line.hpp"
#include "core/manifest.hpp"

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

void add_json(CLI::App& command, common_options& options) {
  command.add_flag("--json", options.json,
                   "print lines of JSON, the last one a summary");
}

void add_exclude(CLI::App& command, std::vector<std::string>& patterns,
                 const std::string& why =
                     "leave out of directories what matches, by rsync's simple"
                     " patterns; may be repeated") {
  command.add_option("--exclude", patterns, why)
      ->type_name("PATTERN")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

/// How a share is asked for, and who is believed.
void add_asking(CLI::App& command, sync_options& options) {
  add_common(command, options.common);
  add_json(command, options.common);
  command
      .add_option("--timeout", options.timeout_s,
                  "seconds without any news after which to give up")
      ->capture_default_str()
      ->type_name("SECONDS")
      ->check(CLI::Range(0.1, 1e6));
  command
      .add_option("--verify", options.verify,
                  "accept only what is signed with the key whose public half"
                  " is in this file, or with one that succeeded it")
      ->type_name("FILE");
  command
      .add_option("--max-size", options.max_size,
                  "refuse what is announced with more bytes than that, such"
                  " as 500M or 2G")
      ->type_name("SIZE");
}

/// The words are those of rsync, here and below.
void add_metadata_flags(CLI::App& command, sync_options& options) {
  command.add_flag("-a,--archive", options.archive, "the same as -rtpog");
  command.add_flag("-r,--recursive", options.recursive,
                   "directories, too, with all that is in them");
  command.add_flag("-t,--times", options.times, "modification times, too");
  command.add_flag("-p,--perms", options.permissions, "permissions, too");
  command.add_flag("-o,--owner", options.owner, "the owner, too");
  command.add_flag("-g,--group", options.group, "the group, too");
}

void add_sync_exclude(CLI::App& command, sync_options& options) {
  add_exclude(command, options.exclude,
              "leave alone in directories what matches, by rsync's simple"
              " patterns; may be repeated");
}

void add_writing(CLI::App& command, sync_options& options) {
  auto& in_place = *command.add_flag("--inplace", options.in_place,
                                     "change the file itself, of which only"
                                     " what differs is written");
  command
      .add_option("--partial-dir", options.partial_dir,
                  "directory on the same file system for what is unfinished")
      ->type_name("DIR")
      ->excludes(&in_place);
  add_sync_exclude(command, options);
  command.add_flag("--delete", options.delete_others,
                   "remove from the directory what is not shared");
  command.add_flag("--no-fsync", options.no_fsync,
                   "do not wait until the file is on the disk");
  command.add_flag("-v,--verbose", options.common.verbose,
                   "name what changes; twice: how it travelled, too");
  command.add_flag("-i,--itemize-changes", options.itemize,
                   "a line for each change, in the letters of rsync");
  command.add_flag("--stats", options.stats, "print figures at the end");
}

CLI::Option& add_plan_rate(CLI::App& command, sync_options& options) {
  return *command
              .add_option("--rate", options.plan_rate,
                          "bits per second for the time that a dry run"
                          " estimates")
              ->type_name("RATE")
              ->capture_default_str();
}

/// `also` is what else the name may be.
void add_places(CLI::App& command, sync_options& options,
                const std::string& also = "") {
  command
      .add_option("NAME", options.name,
                  "name of what is shared" + also +
                      "; with a slash at the end: what is in it")
      ->type_name("")
      ->required();
  command
      .add_option("DEST", options.destination,
                  "file to create or update, or directory to put it into")
      ->type_name("")
      ->required();
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
  add_plan();
  add_list();
  add_verify();
  add_hash();
  add_doctor();
  add_key();
  add_lab(app, lab);
  add_node(app, node);
  add_relay(app, relay);
  add_completion();
}

void command_line::add_share() {
  auto& command = *app.add_subcommand(
      "share", "answer everybody who asks for these files, until interrupted");
  add_common(command, share.common);
  add_json(command, share.common);
  command
      .add_option("--rate", share.rate,
                  "bits per second at most, such as 500m or 2.5g; 0 for no"
                  " limit")
      ->type_name("RATE")
      ->capture_default_str();
  command
      .add_option("--bwlimit", share.bwlimit,
                  "the same in rsync's units: KiB per second, or bytes with a"
                  " unit, such as 1.5M")
      ->type_name("RATE")
      ->excludes("--rate");
  add_signing(command, share.sign);
  add_hearing(command, share.relays);
  add_exclude(command, share.exclude);
  command
      .add_option("--symbol-bytes", share.symbol_bytes,
                  "bytes of the content in a packet of range channels; needs"
                  " an MTU of 64 more (96 with a key)")
      ->type_name("BYTES")
      ->check(CLI::Range(min_range_symbol_bytes, max_range_symbol_bytes))
      ->check(CLI::Validator{
          [](const std::string& text) {
            return std::stoul(text) % 4 == 0 ? "" : "not a multiple of 4";
          },
          ""});
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
  add_asking(command, sync);
  add_metadata_flags(command, sync);
  add_writing(command, sync);
  command
      .add_option("--bwlimit", sync.bwlimit,
                  "ask for no more than that, in rsync's units: KiB per second,"
                  " or bytes with a unit, such as 1.5M")
      ->type_name("RATE");
  auto& dry_run = *command.add_flag("-n,--dry-run", sync.dry_run,
                                    "say what would be done, as troupe plan"
                                    " does");
  add_plan_rate(command, sync).needs(&dry_run);
  add_places(command, sync,
             ", or a path of this host that begins with / or ./");
}

void command_line::add_plan() {
  plan.dry_run = true;
  auto& command = *app.add_subcommand(
      "plan", "say what a sync would fetch and change, without doing it");
  add_asking(command, plan);
  add_metadata_flags(command, plan);
  add_writing(command, plan);
  add_plan_rate(command, plan);
  add_places(command, plan);
}

void command_line::add_list() {
  list.recursive = true;
  auto& command =
      *app.add_subcommand("ls", "list what is shared under a name");
  add_asking(command, list);
  command.add_flag("--stats", list.stats, "print the sums at the end");
  command
      .add_option("NAME", list.name, "name of what is shared")
      ->type_name("")
      ->required();
}

void command_line::add_verify() {
  auto& command = *app.add_subcommand(
      "verify", "say whether a file or directory is what some host shares");
  add_asking(command, check);
  add_metadata_flags(command, check);
  command.add_flag("--delete", check.delete_others,
                   "what is not shared is a difference, too");
  add_sync_exclude(command, check);
  add_places(command, check);
}

void command_line::add_hash() {
  std::vector<std::string> types;
  for (const auto type : available_hash_types())
    types.emplace_back(to_string(type));
  auto& command = *app.add_subcommand(
      "hash", "print the root hash and the groups that sharing a path gives"
              " it");
  command
      .add_option("--hash", hash.type, "hash function")
      ->check(CLI::IsMember(types));
  command.add_flag("-r,--recursive", hash.recursive,
                   "directories, too, with all that is in them");
  add_exclude(command, hash.exclude);
  command.add_flag("--json", hash.json, "print lines of JSON");
  command.add_option("PATH", hash.paths, "files and directories to hash")
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
