/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends or receives one object on a channel, with either library.
 *   both_channels send|recv INTERFACE NAME CODING BYTES
 * CODING is an OR of lc_coding_t; the receiver prints whether what came is
 * what had to come, the sender sends again and again until it is ended. */
#include <librecast.h>
#include <librecast/key.h>

#include <net/if.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned char key[32] = "a key that both of them have got";
static const unsigned char seed[32] = "the authority that both believe";

/* A pair of keys that is the same everywhere: libsodium makes it of a seed. */
static void derive(lc_keypair_t *pair, unsigned char salt) {
  unsigned char own[32];
  memcpy(own, seed, sizeof own);
  own[31] = salt;
  crypto_sign_seed_keypair(pair->pk, pair->sk, own);
  pair->type = LC_KEY_SIG;
}

static int complain(const char *what) {
  perror(what);
  return EXIT_FAILURE;
}

static void fill(unsigned char *data, size_t len) {
  for (size_t i = 0; i < len; i++)
    data[i] = (unsigned char)(31 * i + 7);
}

int main(int argc, char **argv) {
  if (argc != 6)
    return EXIT_FAILURE;
  const int is_sender = strcmp(argv[1], "send") == 0;
  const int coding = atoi(argv[4]);
  const size_t len = strtoul(argv[5], NULL, 10);
  unsigned char *wanted = malloc(len), *got = calloc(1, len);
  lc_ctx_t *ctx = lc_ctx_new();
  if (!wanted || !got || !ctx)
    return complain("start");
  fill(wanted, len);
  lc_ctx_ifx(ctx, if_nametoindex(argv[2]));
  lc_socket_t *sock = lc_socket_new(ctx);
  lc_channel_t *chan = lc_channel_new(ctx, argv[3]);
  if (!sock || !chan || lc_channel_bind(sock, chan) != 0)
    return complain("socket");
  lc_key_t shared = {key, sizeof key};
  lc_channel_setkey(chan, &shared, LC_CODE_SYMM);
  lc_channel_coding_set(chan, coding & ~LC_CODE_SIGN);
  lc_channel_rq_overhead(chan, 8);

  lc_keypair_t authority, bearer;
  lc_token_t token;
  lc_keyring_t ring;
  lc_filter_t filter = {&ring, LC_CHAN_WRITE};
  lc_key_t secret = {bearer.sk, sizeof bearer.sk};
  if (coding & LC_CODE_SIGN) {
    derive(&authority, 1);
    derive(&bearer, 2);
    lc_channel_in6addr(chan);
    if (lc_token_new(&token, &authority, bearer.pk, chan, LC_CHAN_WRITE, 600) ||
        lc_keyring_init(&ring, 1) || lc_keyring_add(&ring, authority.pk))
      return complain("token");
    lc_channel_setkey(chan, &secret, LC_CODE_SIGN);
    if (is_sender)
      lc_channel_token_set(chan, &token);
    else
      lc_channel_filter_set(chan, &filter);
  }

  if (is_sender)
    for (;; usleep(100000))
      if (lc_channel_send(chan, wanted, len, 0) != (ssize_t)len)
        return complain("lc_channel_send");

  if (lc_channel_join(chan) != 0)
    return complain("lc_channel_join");
  const ssize_t result = lc_channel_recv(chan, got, len, 0);
  if (result != (ssize_t)len)
    return complain("lc_channel_recv");
  puts(memcmp(wanted, got, len) == 0 ? "equal" : "different");
  lc_ctx_free(ctx);
  if (coding & LC_CODE_SIGN)
    lc_keyring_free(&ring);
  free(wanted);
  free(got);
  return EXIT_SUCCESS;
}
