/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast/key.h - keys, keyrings, and tokens that allow to send. */
#ifndef LIBRECAST_KEY_H
#define LIBRECAST_KEY_H 1

#include <librecast/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What lc_keypair_new makes. */
enum {
  LC_KEY_SYM = 1,
  LC_KEY_SIG = 2, /* to sign with: Ed25519 */
  LC_KEY_ENC = 3  /* to encrypt with: X25519 */
};

/* Makes a new pair of keys, LC_KEY_SIG or LC_KEY_ENC. 0, or -1 and EINVAL.
 * Wipe *keypair when it is not needed any more. lc_keypair_new(3) */
int lc_keypair_new(lc_keypair_t *keypair, int flags);

/* Makes an empty ring with room for nkeys keys; lc_keyring_free gives the room
 * back. The ring holds pointers: the keys stay the caller's, who keeps them.
 * 0, or -1 and EINVAL or ENOMEM. lc_keyring_init(3) */
int lc_keyring_init(lc_keyring_t *keyring, size_t nkeys);
void lc_keyring_free(lc_keyring_t *keyring);

/* Adds a key of 32 bytes; -1 and ENOMEM when the ring is full. */
int lc_keyring_add(lc_keyring_t *keyring, uint8_t *key);
/* Removes a key that equals key; -1 and ENOKEY when there is none. */
int lc_keyring_del(lc_keyring_t *keyring, uint8_t *key);
/* -1 (sic) if there is a key that equals key, 0 if there is none. */
int lc_keyring_has(lc_keyring_t *keyring, uint8_t *key);

/* Makes a token, signed with signing_key, that allows the owner of bearer_key
 * (32 bytes, public) to send on chan for valid_sec seconds; 0 is for ever.
 * capbits mean what the application wants. lc_token_new(3) */
int lc_token_new(lc_token_t *token, lc_keypair_t *signing_key,
                 uint8_t *bearer_key, lc_channel_t *chan, uint8_t capbits,
                 uint64_t valid_sec);

/* Sends token along with every packet of chan, which must have a signing key
 * (lc_channel_setkey with LC_CODE_SIGN). Both stay the caller's, who keeps
 * them while chan sends. NULL ends it. */
void lc_channel_token_set(lc_channel_t *chan, lc_token_t *token);

/* Receives on chan only what carries a token that filter accepts. The filter
 * stays the caller's, who keeps it. NULL ends it. */
void lc_channel_filter_set(lc_channel_t *chan, lc_filter_t *filter);

#ifdef __cplusplus
}
#endif

#endif /* LIBRECAST_KEY_H */
