/* SPDX-License-Identifier: BSD-2-Clause
 *
 * --filter: a filter of the card in a word, for every port of an application.
 *
 *   mac=02:00:00:00:00:77       frames to this address, too
 *   multicast=01:00:5e:00:00:05 and to addresses with this one's hash
 *   vlan=7                      of tagged frames only this VLAN's (and those of other such filters)
 *   ethertype=0x88b5>2          these to queue 2
 *   syn>1                       TCP connection requests to queue 1
 *   tuple=udp,10.0.0.2,*,*,9>3  IPv4 by protocol, source, destination and their ports; * is any
 *   flow=tcp,A,B,1024,80>3      the same by the flow director, nothing left open; >drop drops
 *   signature=tcp,A,B,1024,80>3 the same by a hash of the flow
 *   flow=udp,fd00::2,*,1024,9>3 IPv6, whose perfect filters have room for the source alone
 */
#ifndef RINGSIDE_DRIVER_APPS_FILTERS_H
#define RINGSIDE_DRIVER_APPS_FILTERS_H

#include "driver/ixd.h"

/* 0, or -errno with a text that names the filter. */
int ixd_app_filter(struct ixd_port *port, const char *text, struct ixd_error *err);

#endif
