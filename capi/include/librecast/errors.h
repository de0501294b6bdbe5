/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast/errors.h - codes that a few functions return instead of -1:
 * lc_channel_bind, _unbind, _join, _part, lc_socket_listen and lc_msg_get,
 * _set. errno is set, too. */
#ifndef LIBRECAST_ERRORS_H
#define LIBRECAST_ERRORS_H 1

#include <errno.h>

enum {
  LC_ERROR_SUCCESS = 0,
  LC_ERROR_FAILURE = -1,
  LC_ERROR_MALLOC = -13,
  LC_ERROR_INVALID_ARGS = -14,
  LC_ERROR_SOCKET_CREATE = -20,
  LC_ERROR_SOCKET_BIND = -22,
  LC_ERROR_MCAST_JOIN = -23,
  LC_ERROR_MCAST_PART = -24,
  LC_ERROR_SOCKET_LISTENING = -25, /* it has a listener already */
  LC_ERROR_BRIDGE_INIT = -26,
  LC_ERROR_BRIDGE_EXISTS = -27,
  LC_ERROR_BRIDGE_ADD_FAIL = -28,
  LC_ERROR_TAP_ADD_FAIL = -29,
  LC_ERROR_IF_NODEV = -31,
  LC_ERROR_IF_BRIDGE_FAIL = -35,
  LC_ERROR_SOCK_IOCTL = -36,
  LC_ERROR_IF_UP_FAIL = -37,
  LC_ERROR_CTX_REQUIRED = -38,
  LC_ERROR_INVALID_BASEADDR = -39,
  LC_ERROR_RANDOM_OPEN = -40,
  LC_ERROR_RANDOM_READ = -41,
  LC_ERROR_HASH_INIT = -42,
  LC_ERROR_HASH_UPDATE = -43,
  LC_ERROR_HASH_FINAL = -44,
  LC_ERROR_DB_OPEN = -45,
  LC_ERROR_DB_EXEC = -46,
  LC_ERROR_DB_REQUIRED = -47,
  LC_ERROR_DB_KEYNOTFOUND = -48,
  LC_ERROR_SOCKET_REQUIRED = -49,
  LC_ERROR_CHANNEL_REQUIRED = -50,
  LC_ERROR_MESSAGE_EMPTY = -52,
  LC_ERROR_INVALID_PARAMS = -53,
  LC_ERROR_MSG_ATTR_UNKNOWN = -54,
  LC_ERROR_THREAD_CANCEL = -55,
  LC_ERROR_THREAD_JOIN = -56,
  LC_ERROR_QUERY_REQUIRED = -58,
  LC_ERROR_SETSOCKOPT = -59
};

/* errno values that not every system has. */
#ifndef ECHRNG
#define ECHRNG 44
#endif
#ifndef ENOLINK
#define ENOLINK 67
#endif
#ifndef ENOKEY
#define ENOKEY 126
#endif
#ifndef EKEYEXPIRED
#define EKEYEXPIRED 127
#endif
#ifndef EKEYREJECTED
#define EKEYREJECTED 129
#endif

#endif /* LIBRECAST_ERRORS_H */
