// SPDX-License-Identifier: BSD-3-Clause
/// Another RFC 6330 codec, lcrq, loaded at run time where it is installed:
/// below the folder that the environment variable TROUPE_PEER_DIR names, or
/// else TROUPE_PEER_DEFAULT, set when this was compiled. Only its documented
/// calls are used.
#pragma once

#include <dlfcn.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <type_traits>

namespace troupe::raptorq::test {

struct peer_library {
  void* (*init)(std::uint64_t f, std::uint16_t t) = nullptr;
  void (*free)(void* rq) = nullptr;
  int (*encode)(void* rq, void* data, std::size_t len) = nullptr;
  int (*decode)(void* rq, std::uint8_t* dec, std::uint8_t* enc,
                std::uint32_t* esis, std::uint32_t count) = nullptr;
  std::uint8_t* (*symbol)(const void* rq, std::uint32_t* pid, std::uint8_t* out,
                          int flags) = nullptr;

  /// Loads it. `why_not` is empty on success.
  explicit peer_library(std::string& why_not) {
    const char* dir = std::getenv("TROUPE_PEER_DIR");
#if defined(TROUPE_PEER_DEFAULT)
    if (dir == nullptr)
      dir = TROUPE_PEER_DEFAULT;
#endif
    if (dir == nullptr) {
      why_not = "TROUPE_PEER_DIR is not set";
      return;
    }
    void* library = nullptr;
    for (const char* place :
         {"/usr/lib/x86_64-linux-gnu/", "/usr/lib/aarch64-linux-gnu/",
          "/usr/lib/", "/lib/", "/"})
      if (library == nullptr)
        library = dlopen((dir + std::string(place) + "liblcrq.so.0").c_str(),
                         RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      why_not = std::string("no liblcrq.so.0 below ") + dir;
      return;
    }
    const auto find = [&](auto& pointer, const char* name) {
      void* found = dlsym(library, name);
      if (found == nullptr)
        why_not = std::string("no function ") + name;
      pointer =
          reinterpret_cast<std::remove_reference_t<decltype(pointer)>>(found);
    };
    find(init, "rq_init");
    find(free, "rq_free");
    find(encode, "rq_encode");
    find(decode, "rq_decode");
    find(symbol, "rq_symbol");
  }
};

/// A payload id as the library passes it: big endian in memory.
inline std::uint32_t peer_payload_id(std::uint32_t esi) {
  return __builtin_bswap32(esi);
}

} // namespace troupe::raptorq::test
