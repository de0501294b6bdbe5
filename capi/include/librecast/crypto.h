/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast/crypto.h - the hash function that names everything.
 *
 * librecast hosts come in two kinds, one hashing with BLAKE3 and one with
 * BLAKE2b; they compute other group addresses and never meet. The functions
 * of this API hash with BLAKE3 when the library was built with it, as nearly
 * all librecast hosts do, and with BLAKE2b otherwise. Which of the two is a
 * matter of the library, not of this header. So HASH_TYPE is an expression
 * that asks the library; it cannot be used in a preprocessor condition. */
#ifndef LIBRECAST_CRYPTO_H
#define LIBRECAST_CRYPTO_H 1

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#ifdef __has_include
#if __has_include(<sodium.h>)
#include <sodium.h>
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of a hash. */
#define HASHSIZE 32
/* Characters of a hash in hexadecimal, with the terminating NUL. */
#define HEXLEN 65

#define HASH_BLAKE2 2
#define HASH_BLAKE3 3
#define HASH_TYPE (lc_hash_type())

/* HASH_BLAKE2 or HASH_BLAKE3: what the functions of this API hash with. */
int lc_hash_type(void);

/* Writes the first hashlen (1..HASHSIZE) bytes of the hash of in. Returns 0,
 * or -1 and EINVAL. */
int hash_generic(unsigned char *hash, size_t hashlen, const unsigned char *in,
                 size_t inlen);

/* The same with a key. With BLAKE3 the key is appended to the input; with
 * BLAKE2b it is the function's own key, at most 64 bytes. */
int hash_generic_key(unsigned char *hash, size_t hashlen,
                     const unsigned char *in, size_t inlen,
                     const unsigned char *key, size_t keylen);

/* A hash that is under way. Any copy of the bytes is as good. */
typedef struct hash_state_s {
  uint64_t opaque[239];
} hash_state;

/* Begins a hash that hash_final ends after any number of hash_update. A key
 * (NULL: none) has 32 bytes with BLAKE3 and 1 to 64 with BLAKE2b; it is the
 * function's own then, also with BLAKE3. hash_final writes the first hashlen
 * bytes (1..HASHSIZE), whatever hash_init was told. After a key of another
 * length it leaves hash as it is. */
void hash_init(hash_state *state, const unsigned char *key, size_t keylen,
               size_t hashlen);
void hash_update(hash_state *state, const unsigned char *in, size_t inlen);
void hash_final(hash_state *state, unsigned char *hash, size_t hashlen);

/* Fills buf with len random bytes of the system's. Returns len, or -1 and
 * EINVAL or what getrandom(2) says. */
int lc_getrandom(void *buf, size_t len);

/* Writes hash (at most HASHSIZE bytes) to stream, in hexadecimal, and a
 * newline. */
void hash_hex_debug(FILE *stream, const unsigned char *hash, size_t hashlen);

/* Writes bin as lower-case hexadecimal digits and a NUL to hex, which has
 * room for hexlen characters. Returns hex, or NULL and ERANGE when that is
 * less than 2 * binlen + 1. */
char *hash_bin2hex(char *hex, size_t hexlen, const unsigned char *bin,
                   size_t binlen);

#ifdef __cplusplus
}
#endif

#endif /* LIBRECAST_CRYPTO_H */
