/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest that a driver description asks for: kernel and initramfs in a folder of the user's
 * cache, composed by scripts/guest_compose.py when it is not there. Knows what to ask for, not how
 * it is made.
 */
#ifndef RINGSIDE_HARNESS_GUEST_IMAGE_H
#define RINGSIDE_HARNESS_GUEST_IMAGE_H

#include "harness/run/run.h"

/* Composes the guest of this case, once per description: seconds to minutes. Without a description
 * there is nothing to do. Complaints about the description go to diag, about the machine to why. */
enum rs_error rs_guest_compose(const struct scenario *s, const struct scenario_case *c,
                               struct diag *diag, char *why, size_t why_bytes);

/* The folder with vmlinuz and initramfs that rs_guest_compose() has found for this case; NULL: the
 * guest that every build has. */
const char *rs_guest_folder(const struct scenario_case *c);

/* Tells of every composed guest that this build cannot use (all: of every one); with `remove` it
 * goes. */
void rs_guest_sweep(bool all, bool remove,
                    void (*tell)(const char *key, uint64_t bytes, void *user), void *user);

#endif
