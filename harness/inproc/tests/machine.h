/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the tests of the in-process host share: a machine around the smallest plan that is one.
 */
#ifndef RINGSIDE_INPROC_TESTS_MACHINE_H
#define RINGSIDE_INPROC_TESTS_MACHINE_H

#include "harness/inproc/host.h"

/* `ports` ports with nothing at their far ends, and an IOTLB of 64 entries. */
void machine_start(struct inproc_host *host, unsigned ports);
void machine_stop(struct inproc_host *host);

#endif
