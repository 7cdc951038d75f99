/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The fence (harness/base/sandbox.h) around a host that runs a stranger's bundle: which files of
 * this machine it needs, and its run folder to write in.
 */
#ifndef RINGSIDE_HARNESS_FENCE_H
#define RINGSIDE_HARNESS_FENCE_H

#include <glib.h>

#include "harness/base/sandbox.h"
#include "harness/run/host.h"

struct rs_fence {
    struct rs_sandbox sandbox;
    GPtrArray *owned;
};

void rs_fence_init(struct rs_fence *fence, enum rs_host host, const struct rs_machine *machine);
void rs_fence_fini(struct rs_fence *fence);

#endif
