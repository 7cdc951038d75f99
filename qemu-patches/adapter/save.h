/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The machine into a file, at the instruction at which it stops: what base.c and snapshot.c share.
 */
#ifndef RINGSIDE_ADAPTER_SAVE_H
#define RINGSIDE_ADAPTER_SAVE_H

#include "qemu/osdep.h"

/* Stops the machine between this instruction and the next, saves it to `file`, then calls done in
 * the main loop, with the machine still stopped. From the vCPU thread; one save per process. */
void ringside_save(const char *file, void (*done)(void *opaque, bool whole), void *opaque);

/* Whether RAM that lies in a shared file stays there, or goes into what is saved. Saving and
 * loading must agree. */
bool ringside_save_shared(bool stays, Error **errp);

#endif
