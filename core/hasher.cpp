// SPDX-License-Identifier: BSD-3-Clause
#include "core/hasher.hpp"

#include <blake2.h>
#ifdef TROUPE_HAVE_BLAKE3
#include <blake3.h>
#endif

#include <array>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

namespace troupe {

namespace {

const std::uint8_t* octets(std::span<const std::byte> bytes) noexcept {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

std::span<const std::byte> bytes_of(std::string_view text) noexcept {
  return std::as_bytes(std::span{text.data(), text.size()});
}

[[noreturn]] void reject_key() {
  throw std::invalid_argument("troupe::hasher: unusable key length");
}

struct blake2b_engine {
  blake2b_state state;

  blake2b_engine() { blake2b_init(&state, hash_bytes); }
  explicit blake2b_engine(std::span<const std::byte> key) {
    if (key.empty() || key.size() > BLAKE2B_KEYBYTES)
      reject_key();
    blake2b_init_key(&state, hash_bytes, key.data(), key.size());
  }
  void update(std::span<const std::byte> data) {
    blake2b_update(&state, octets(data), data.size());
  }
  hash finish() {
    hash value;
    blake2b_final(&state, reinterpret_cast<std::uint8_t*>(value.bytes.data()),
                  hash_bytes);
    return value;
  }
};

#ifdef TROUPE_HAVE_BLAKE3
struct blake3_engine {
  blake3_hasher state;

  blake3_engine() { blake3_hasher_init(&state); }
  explicit blake3_engine(std::span<const std::byte> key) {
    if (key.size() != BLAKE3_KEY_LEN)
      reject_key();
    blake3_hasher_init_keyed(&state, octets(key));
  }
  void update(std::span<const std::byte> data) {
    blake3_hasher_update(&state, data.data(), data.size());
  }
  hash finish() {
    hash value;
    blake3_hasher_finalize(&state,
                           reinterpret_cast<std::uint8_t*>(value.bytes.data()),
                           hash_bytes);
    return value;
  }
};
using any_engine = std::variant<blake2b_engine, blake3_engine>;
#else
using any_engine = std::variant<blake2b_engine>;
#endif

/// `make` receives the engine of `type` as a type tag.
template <class F>
auto with_engine(hash_type type, F make) {
#ifdef TROUPE_HAVE_BLAKE3
  if (type == hash_type::blake3)
    return make(std::type_identity<blake3_engine>{});
#endif
  if (type == hash_type::blake2b)
    return make(std::type_identity<blake2b_engine>{});
  throw std::invalid_argument("troupe: hash type is not in this build");
}

} // namespace

bool is_available(hash_type type) noexcept {
#ifdef TROUPE_HAVE_BLAKE3
  if (type == hash_type::blake3)
    return true;
#endif
  return type == hash_type::blake2b;
}

std::vector<hash_type> available_hash_types() {
#ifdef TROUPE_HAVE_BLAKE3
  return {hash_type::blake2b, hash_type::blake3};
#else
  return {hash_type::blake2b};
#endif
}

std::string_view to_string(hash_type type) noexcept {
  return type == hash_type::blake3 ? "blake3" : "blake2b";
}

bool from_string(std::string_view text, hash_type& out) noexcept {
  for (auto type : {hash_type::blake2b, hash_type::blake3})
    if (text == to_string(type)) {
      out = type;
      return true;
    }
  return false;
}

hash hash_of(hash_type type, std::span<const std::byte> data) {
  return with_engine(type, [&](auto tag) {
    typename decltype(tag)::type engine;
    engine.update(data);
    return engine.finish();
  });
}

hash hash_of(hash_type type, std::string_view text) {
  return hash_of(type, bytes_of(text));
}

hash hash_pair(hash_type type, const hash& left, const hash& right) {
  const std::array pair{left, right};
  return hash_of(type, std::as_bytes(std::span{pair}));
}

struct hasher::state {
  any_engine engine;
};

hasher::hasher(hash_type type)
    : state_(with_engine(type, [](auto tag) {
        using engine = typename decltype(tag)::type;
        return std::make_unique<state>(
            state{any_engine{std::in_place_type<engine>}});
      })) {}

hasher::hasher(hash_type type, std::span<const std::byte> key)
    : state_(with_engine(type, [key](auto tag) {
        using engine = typename decltype(tag)::type;
        return std::make_unique<state>(
            state{any_engine{std::in_place_type<engine>, key}});
      })) {}

hasher::hasher(hasher&&) noexcept = default;
hasher& hasher::operator=(hasher&&) noexcept = default;
hasher::~hasher() = default;

hasher& hasher::update(std::span<const std::byte> data) {
  std::visit([data](auto& engine) { engine.update(data); }, state_->engine);
  return *this;
}

hasher& hasher::update(std::string_view text) {
  return update(bytes_of(text));
}

hasher& hasher::update(const hash& value) {
  return update(std::span<const std::byte>{value.bytes});
}

hasher& hasher::update_le64(std::uint64_t value) {
  std::array<std::byte, 8> bytes;
  for (auto& byte : bytes) {
    byte = static_cast<std::byte>(value & 255);
    value >>= 8;
  }
  return update(std::span<const std::byte>{bytes});
}

hash hasher::finish() {
  return std::visit([](auto& engine) { return engine.finish(); },
                    state_->engine);
}

} // namespace troupe
