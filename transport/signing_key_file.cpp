// SPDX-License-Identifier: BSD-3-Clause
#include "transport/signing_key_file.hpp"

#include "transport/secret_file.hpp"

#include <sodium.h>

#include <optional>

namespace troupe {

namespace {

constexpr std::string_view public_title = "troupe public key, version 1";
constexpr std::string_view secret_title =
    "troupe secret signing key, version 1";
constexpr std::string_view key_word = "key ";
constexpr std::string_view succession_word = "succeeds ";

constexpr std::size_t hex_bytes(std::size_t bytes) { return 2 * bytes; }

/// Takes the next line off `text`; every line ends with a line feed.
std::optional<std::string_view> next_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == text.npos)
    return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

/// Lower-case digits only: a key is written in one way.
bool decode(std::string_view text, std::span<std::byte> out) {
  for (const char c : text)
    if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
      return false;
  return text.size() == hex_bytes(out.size()) &&
         sodium_hex2bin(reinterpret_cast<unsigned char*>(out.data()),
                        out.size(), text.data(), text.size(), nullptr, nullptr,
                        nullptr) == 0;
}

error wrong_line(int number, std::string_view expected_text) {
  return {errc::invalid_argument,
          "line " + std::to_string(number) + " is not \"" +
              std::string{expected_text} + "\""};
}

error wrong_half() {
  return {errc::invalid_argument,
          "this is the public half of a key; to sign takes the file without"
          " .pub"};
}

/// "succeeds OLD PROOF".
bool parse_succession(std::string_view line, succession& out) {
  constexpr auto key_digits = hex_bytes(public_key_bytes);
  if (!line.starts_with(succession_word))
    return false;
  line.remove_prefix(succession_word.size());
  return line.size() == key_digits + 1 + hex_bytes(signature_bytes) &&
         line[key_digits] == ' ' && decode(line.substr(0, key_digits),
                                           out.from.bytes) &&
         decode(line.substr(key_digits + 1), out.proof.bytes);
}

/// Writes the secret half without leaving copies of it behind.
std::size_t format_secret(const signing_key& key, std::span<char> out) {
  std::size_t at = 0;
  const auto put = [&](std::string_view text) {
    text.copy(out.data() + at, text.size());
    at += text.size();
  };
  const auto put_hex = [&](std::span<const std::byte> bytes) {
    sodium_bin2hex(out.data() + at, out.size() - at,
                   reinterpret_cast<const unsigned char*>(bytes.data()),
                   bytes.size());
    at += hex_bytes(bytes.size());
  };
  put(secret_title);
  put("\n");
  put(key_word);
  put_hex(key.seed());
  put("\n");
  for (const auto& step : key.history()) {
    put(succession_word);
    put_hex(step.from.bytes);
    put(" ");
    put_hex(step.proof.bytes);
    put("\n");
  }
  return at;
}

error naming(const std::filesystem::path& path, error failure) {
  failure.what = "'" + path.string() + "': " + failure.what;
  return failure;
}

} // namespace

expected<public_key> parse_public_key(std::string_view text) {
  const auto title = next_line(text);
  if (title == secret_title)
    return error{errc::invalid_argument,
                 "this is the secret half of a key; the other is in the file"
                 " of the same name with .pub"};
  if (title != public_title)
    return wrong_line(1, public_title);
  const auto line = next_line(text);
  public_key key;
  if (!line || !line->starts_with(key_word) ||
      !from_hex(line->substr(key_word.size()), key))
    return wrong_line(2, "key ...");
  if (!text.empty())
    return error{errc::invalid_argument, "there is more than a key in it"};
  return key;
}

std::string format_public_key(const public_key& key) {
  return std::string{public_title} + "\n" + std::string{key_word} +
         to_hex(key) + "\n";
}

expected<signing_key> parse_signing_key(std::string_view text) {
  if (text.size() > max_signing_key_file_bytes)
    return error{errc::invalid_argument, "too long for a key"};
  const auto title = next_line(text);
  if (title == public_title)
    return wrong_half();
  if (title != secret_title)
    return wrong_line(1, secret_title);
  const auto line = next_line(text);
  secret_bytes<signing_seed_bytes> seed;
  if (!line || !line->starts_with(key_word) ||
      !decode(line->substr(key_word.size()), seed.bytes))
    return wrong_line(2, "key ...");
  std::vector<succession> history;
  while (!text.empty()) {
    const auto next = next_line(text);
    succession step;
    if (history.size() >= max_successions || !next ||
        !parse_succession(*next, step))
      return wrong_line(3 + static_cast<int>(history.size()),
                        "succeeds ... ...");
    if (!history.empty())
      history.back().to = step.from;
    history.push_back(step);
  }
  if (history.empty())
    return signing_key::from_seed(seed.bytes);
  const auto last = signing_key::from_seed(seed.bytes);
  if (!last)
    return last.error();
  history.back().to = last->shown();
  return signing_key::from_seed(seed.bytes, std::move(history));
}

expected<public_key> read_public_key(const std::filesystem::path& path) {
  secret_bytes<max_signing_key_file_bytes + 1> text; // may be a secret one
  const auto size = read_file_start(path, text.bytes);
  if (!size)
    return size.error();
  auto key = parse_public_key(text.chars(*size));
  if (!key)
    return naming(path, key.error());
  return key;
}

expected<signing_key> read_signing_key(const std::filesystem::path& path) {
  secret_bytes<max_signing_key_file_bytes + 1> text;
  const auto size = read_secret_start(path, text.bytes);
  // Of a public key it is no mistake that others can read it.
  if (!size && size.error().code == errc::access_denied &&
      read_public_key(path))
    return naming(path, wrong_half());
  if (!size)
    return size.error();
  auto key = parse_signing_key(text.chars(*size));
  if (!key)
    return naming(path, key.error());
  return key;
}

std::filesystem::path public_path_of(const std::filesystem::path& path) {
  auto shown = path;
  shown += ".pub";
  return shown;
}

error write_key_pair(const std::filesystem::path& path,
                     const signing_key& key) {
  secret_bytes<max_signing_key_file_bytes> text;
  const auto length = format_secret(
      key, {reinterpret_cast<char*>(text.bytes.data()), text.bytes.size()});
  if (auto failed = write_new_file(path, std::span{text.bytes}.first(length),
                                   0600);
      failed.code != errc::none)
    return failed;
  const auto shown = format_public_key(key.shown());
  auto failed = write_new_file(public_path_of(path),
                               std::as_bytes(std::span{shown}), 0644);
  if (failed.code != errc::none)
    std::filesystem::remove(path); // it was not there before
  return failed;
}

} // namespace troupe
