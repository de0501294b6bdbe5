// SPDX-License-Identifier: BSD-3-Clause
// What the tests of the C API share: known values, content, scratch files.
#pragma once

#include <librecast/crypto.h>

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace capi_test {

using bytes = std::vector<unsigned char>;

/// The file of known values for the hash that this build's API uses.
inline nlohmann::json vectors() {
  const std::string name = HASH_TYPE == HASH_BLAKE3 ? "blake3" : "blake2b";
  std::ifstream file{std::string{TROUPE_TEST_DATA} + "/core-" + name +
                     ".json"};
  return nlohmann::json::parse(file);
}

inline std::string hex(const unsigned char* data, std::size_t size) {
  std::string text(2 * size + 1, '\0');
  hash_bin2hex(text.data(), text.size(), data, size);
  text.resize(2 * size);
  return text;
}
inline std::string hex(const bytes& data) {
  return hex(data.data(), data.size());
}

inline bytes from_hex(const std::string& text) {
  bytes data;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    data.push_back(static_cast<unsigned char>(
        std::stoi(text.substr(i, 2), nullptr, 16)));
  return data;
}

/// The two contents that the known values were made with.
inline bytes gen1(std::size_t size) {
  bytes data(size);
  for (std::size_t i = 0; i < size; ++i)
    data[i] = static_cast<unsigned char>(31 * i + 7);
  return data;
}
inline bytes gen2(std::size_t size) {
  bytes data(size);
  std::uint32_t x = 0x12345678;
  for (auto& each : data) {
    x = x * 1103515245 + 12345;
    each = static_cast<unsigned char>(x >> 16);
  }
  return data;
}

/// A folder that goes with the object.
class scratch {
public:
  scratch() {
    auto name =
        (std::filesystem::temp_directory_path() / "tp-capi-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw std::runtime_error{"mkdtemp " + name};
    path_ = name;
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() { std::filesystem::remove_all(path_); }

  std::string operator/(const std::string& name) const {
    return (path_ / name).string();
  }
  std::string write(const std::string& name, const bytes& data) const {
    std::ofstream{path_ / name, std::ios::binary}.write(
        reinterpret_cast<const char*>(data.data()),
        static_cast<std::streamsize>(data.size()));
    return *this / name;
  }
  bytes read(const std::string& name) const {
    std::ifstream file{path_ / name, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

private:
  std::filesystem::path path_;
};

} // namespace capi_test
