/* SPDX-License-Identifier: BSD-3-Clause */
/* librecast/if.h - virtual network interfaces. */
#ifndef LIBRECAST_IF_H
#define LIBRECAST_IF_H 1

#include <librecast/types.h>

#include <net/if.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a TUN or TAP interface, as flags says: IFF_TUN or IFF_TAP, with
 * IFF_NO_PI and IFF_MULTI_QUEUE if wanted (linux/if_tun.h). ifname has room for
 * IFNAMSIZ characters: the wanted name, or an empty string, and on success the
 * name that it got. Returns a file descriptor, or -1. lc_tuntap_create(3) */
int lc_tuntap_create(char *ifname, int flags);

#ifdef __cplusplus
}
#endif

#endif /* LIBRECAST_IF_H */
