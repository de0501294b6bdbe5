// SPDX-License-Identifier: BSD-3-Clause
#include "config/option.hpp"

#include "config/units.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>

namespace troupe::config {

namespace {

using enum section;
using enum value_kind;

constexpr std::string_view wires = "auto range classic";
constexpr std::string_view hashes = "blake2b blake3";

constexpr std::array table{
    // -- the host: what shares and syncs have in common -----------------------
    option{host, "interface", text, "", "",
           "network interface, by name; without it shares use all of them"},
    option{host, "rate", rate, "5g", "",
           "bits per second that all shares together may send, divided among"
           " those that have no rate of their own; 0 for no limit"},
    option{host, "hash", choice, "blake2b", hashes,
           "hash function of the shares; librecast hosts need blake3"},
    option{host, "wire", choice, "auto", wires,
           "how files travel: range channels, the classic librecast protocol,"
           " or what both sides have"},
    option{host, "cache", flag, "true", "",
           "remember what files hash to, so that those that have not changed"
           " are not read again"},
    option{host, "loopback", flag, "false", "",
           "talk to programs on this host, too"},
    option{host, "keyfile", path, "", "",
           "128 random bytes that encrypt every share and sync"},
    option{host, "verify", path, "", "",
           "public key that every sync insists on"},
    option{host, "status", path, "", "",
           "file that is replaced every second by what runs, as JSON"},
    option{host, "metrics", text, "", "",
           "address and port of this host where counters are served for"
           " Prometheus, such as \"[::1]:9464\"; off without it"},
    // -- a share --------------------------------------------------------------
    option{share, "path", path, "", "", "file or directory to share",
           true},
    option{share, "recursive", flag, "false", "",
           "share a directory with all that is in it"},
    option{share, "exclude", words, "", "",
           "patterns, as rsync's simple ones, of what is left out of a"
           " directory"},
    option{share, "rate", rate, "", "",
           "bits per second at most; without it a fair part of the host's"},
    option{share, "interface", text, "", "", "as the host's", false, true},
    option{share, "hash", choice, "", hashes, "as the host's", false, true},
    option{share, "wire", choice, "", wires, "as the host's", false, true},
    option{share, "cache", flag, "", "", "as the host's", false, true},
    option{share, "loopback", flag, "", "", "as the host's", false, true},
    option{share, "keyfile", path, "", "", "as the host's", false, true},
    option{share, "password-file", path, "", "",
           "file with a password in its first line, instead of a key"},
    option{share, "sign", path, "", "",
           "secret key that signs what is shared"},
    option{share, "expires", duration, "", "",
           "how long a signature is good for; it is renewed before that"},
    option{share, "watch", flag, "true", "",
           "share the new version of a file when it has changed"},
    // -- a sync ---------------------------------------------------------------
    option{sync, "name", text, "", "",
           "what is shared; with a slash at the end: what is in it", true},
    option{sync, "dest", path, "", "",
           "file to create or update, or directory to put it into", true},
    option{sync, "every", duration, "", "",
           "sync again so long after the last one has ended; without it once"},
    option{sync, "on-change", flag, "false", "",
           "sync again as soon as the sharer tells that it has another version;"
           " after 'every', or 5 minutes, in any case"},
    option{sync, "after", words, "", "",
           "command to run, without a shell, when the destination has changed;"
           " its environment says what was synced"},
    option{sync, "timeout", duration, "30s", "",
           "longest silence before the sync gives up"},
    option{sync, "interface", text, "", "", "as the host's", false, true},
    option{sync, "hash", choice, "", hashes, "as the host's", false, true},
    option{sync, "wire", choice, "", wires, "as the host's", false, true},
    option{sync, "cache", flag, "", "", "as the host's", false, true},
    option{sync, "loopback", flag, "", "", "as the host's", false, true},
    option{sync, "keyfile", path, "", "", "as the host's", false, true},
    option{sync, "password-file", path, "", "",
           "file with a password in its first line, instead of a key"},
    option{sync, "verify", path, "", "", "as the host's", false, true},
    option{sync, "archive", flag, "false", "",
           "recursive, with permissions, times, owner and group"},
    option{sync, "recursive", flag, "false", "",
           "directories, too, with all that is in them"},
    option{sync, "times", flag, "false", "", "take over modification times"},
    option{sync, "perms", flag, "false", "", "take over permissions"},
    option{sync, "owner", flag, "false", "", "take over the owner"},
    option{sync, "group", flag, "false", "", "take over the group"},
    option{sync, "delete", flag, "false", "",
           "remove from the directory what is not shared"},
    option{sync, "exclude", words, "", "",
           "patterns, as rsync's simple ones, of what is left alone in a"
           " directory: neither fetched, nor written, nor removed"},
    option{sync, "rate", rate, "", "",
           "bits per second at most that are asked for; without it what the"
           " sharer sends and this host can take"},
    option{sync, "partial-dir", path, "", "",
           "directory on the same file system for what is unfinished"},
    option{sync, "inplace", flag, "false", "",
           "change the file itself, of which only what differs is written"},
    option{sync, "fsync", flag, "true", "",
           "wait until the file is on the disk"},
    option{sync, "max-size", size, "", "",
           "refuse what is larger, before anything is written"},
};

error bad_value(const option& what, std::string_view text) {
  auto expects = std::string{describe(what.kind)};
  if (what.kind == choice)
    expects = "one of: " + std::string{what.choices};
  return {errc::invalid_argument, std::string{what.key} + " = '" +
                                      std::string{text} + "': give " + expects};
}

bool is_choice(const option& what, std::string_view text) {
  std::istringstream all{std::string{what.choices}};
  return std::find(std::istream_iterator<std::string>{all}, {}, text) !=
         std::istream_iterator<std::string>{};
}

} // namespace

std::span<const option> options() noexcept { return table; }

const option* find_option(section where, std::string_view key) noexcept {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const option& one) {
        return one.where == where && one.key == key;
      });
  return found == table.end() ? nullptr : &*found;
}

std::string_view to_string(section where) noexcept {
  switch (where) {
  case host:
    return "host";
  case share:
    return "share";
  default:
    return "sync";
  }
}

std::string_view describe(value_kind kind) noexcept {
  switch (kind) {
  case flag:
    return "true or false";
  case text:
    return "text";
  case path:
    return "a path";
  case choice:
    return "one of the words it knows";
  case rate:
    return "bits per second such as \"500m\" or \"2.5g\"";
  case duration:
    return "a time such as \"90s\", \"5m\" or \"12h\"";
  case size:
    return "bytes such as \"64M\" or \"2G\"";
  default:
    return "a list of texts";
  }
}

expected<option_value> read_value(const option& what, std::string_view text) {
  const auto number = [&](std::optional<std::uint64_t> value)
      -> expected<option_value> {
    if (!value)
      return bad_value(what, text);
    return option_value{*value};
  };
  switch (what.kind) {
  case flag:
    if (text != "true" && text != "false")
      return bad_value(what, text);
    return option_value{text == "true"};
  case choice:
    if (!is_choice(what, text))
      return bad_value(what, text);
    return option_value{std::string{text}};
  case rate:
    return number(parse_bits_per_s(text));
  case duration:
    return number(parse_duration_ms(text));
  case size:
    return number(parse_size_bytes(text));
  case words: {
    std::istringstream all{std::string{text}};
    return option_value{std::vector<std::string>{
        std::istream_iterator<std::string>{all}, {}}};
  }
  default:
    if (text.empty())
      return bad_value(what, text);
    return option_value{std::string{text}};
  }
}

std::string write_value(const option& what, const option_value& value) {
  if (const auto* yes = std::get_if<bool>(&value))
    return *yes ? "true" : "false";
  if (const auto* as_text = std::get_if<std::string>(&value))
    return *as_text;
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    std::string all;
    for (const auto& word : *list)
      all += (all.empty() ? "" : " ") + word;
    return all;
  }
  const auto number = std::get<std::uint64_t>(value);
  switch (what.kind) {
  case rate:
    return write_bits_per_s(number);
  case duration:
    return write_duration_ms(number);
  default:
    return write_size_bytes(number);
  }
}

} // namespace troupe::config
