// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/channel.hpp"
#include "capi/tokens.hpp"

#include <librecast/if.h>
#include <librecast/key.h>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <sodium.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>

using namespace troupe;
using namespace troupe::capi;

namespace {

constexpr std::size_t key_bytes = 32;

/// The place of a key on the ring; nkeys when it is not there.
std::size_t find(const lc_keyring_t& ring, const std::uint8_t* key) {
  std::size_t i = 0;
  while (i < ring.nkeys && sodium_memcmp(ring.key[i], key, key_bytes) != 0)
    ++i;
  return i;
}

} // namespace

extern "C" {

int lc_getrandom(void* buf, std::size_t len) {
  if (buf == nullptr || len > INT_MAX)
    return fail(EINVAL, -1);
  auto* to = static_cast<std::byte*>(buf);
  for (std::size_t done = 0; done < len;) {
    const auto some = ::getrandom(to + done, len - done, 0);
    if (some > 0)
      done += static_cast<std::size_t>(some);
    else if (errno != EINTR)
      return -1;
  }
  return static_cast<int>(len);
}

int lc_keypair_new(lc_keypair_t* keypair, int flags) {
  if (keypair == nullptr || sodium_init() < 0)
    return fail(EINVAL, -1);
  lc_keypair_t made{};
  int failed = -1;
  if (flags == LC_KEY_SIG)
    failed = crypto_sign_keypair(made.pk, made.sk);
  else if (flags == LC_KEY_ENC)
    failed = crypto_box_keypair(made.pk, made.sk);
  if (failed != 0)
    return fail(EINVAL, -1);
  made.type = flags;
  *keypair = made;
  sodium_memzero(&made, sizeof(made));
  return 0;
}

int lc_keyring_init(lc_keyring_t* keyring, std::size_t nkeys) {
  if (keyring == nullptr)
    return fail(EINVAL, -1);
  auto* room = static_cast<std::uint8_t**>(
      std::calloc(std::max<std::size_t>(nkeys, 1), sizeof(std::uint8_t*)));
  if (room == nullptr)
    return fail(ENOMEM, -1);
  *keyring = {room, 0, nkeys};
  return 0;
}

void lc_keyring_free(lc_keyring_t* keyring) {
  if (keyring == nullptr)
    return;
  errno_keeper keep;
  std::free(keyring->key);
  *keyring = {};
}

int lc_keyring_add(lc_keyring_t* keyring, std::uint8_t* key) {
  if (keyring == nullptr || key == nullptr)
    return fail(EINVAL, -1);
  if (keyring->nkeys == keyring->len)
    return fail(ENOMEM, -1);
  keyring->key[keyring->nkeys++] = key;
  return 0;
}

int lc_keyring_del(lc_keyring_t* keyring, std::uint8_t* key) {
  if (keyring == nullptr || key == nullptr)
    return fail(EINVAL, -1);
  const auto at = find(*keyring, key);
  if (at == keyring->nkeys)
    return fail(ENOKEY, -1);
  keyring->key[at] = keyring->key[--keyring->nkeys];
  return 0;
}

int lc_keyring_has(lc_keyring_t* keyring, std::uint8_t* key) {
  if (keyring == nullptr || key == nullptr)
    return fail(EINVAL, 0);
  return find(*keyring, key) < keyring->nkeys ? -1 : 0;
}

int lc_token_new(lc_token_t* token, lc_keypair_t* signing_key,
                 std::uint8_t* bearer_key, lc_channel_t* chan,
                 std::uint8_t capbits, std::uint64_t valid_sec) {
  if (token == nullptr || signing_key == nullptr || bearer_key == nullptr ||
      chan == nullptr || sodium_init() < 0)
    return fail(EINVAL, -1);
  const int error = make_token(*token, *signing_key, bearer_key,
                               chan->rep->name().group, capbits, valid_sec);
  return error == 0 ? 0 : fail(error, -1);
}

int lc_tuntap_create(char* ifname, int flags) {
  if (ifname == nullptr)
    return fail(EINVAL, -1);
  const int fd = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  if (fd == -1)
    return -1;
  ifreq request{};
  request.ifr_flags = static_cast<short>(flags);
  std::copy_n(ifname, ::strnlen(ifname, IFNAMSIZ - 1), request.ifr_name);
  if (::ioctl(fd, TUNSETIFF, &request) == -1) {
    errno_keeper keep;
    ::close(fd);
    return -1;
  }
  std::memcpy(ifname, request.ifr_name, IFNAMSIZ);
  return fd;
}

} // extern "C"
