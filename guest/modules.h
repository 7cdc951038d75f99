/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Loads the kernel modules of the initramfs. It must not know their names: the image says them,
 * in the order that their dependencies want.
 */
#ifndef RINGSIDE_GUEST_MODULES_H
#define RINGSIDE_GUEST_MODULES_H

#include <stddef.h>

/* Loads every module that the list names (one path a line). 0, or -errno with a sentence. */
int modules_load(const char *list, char *why, size_t room);

/* Loads a module of the image with what it depends on: "NAME [PARAMETER=VALUE...]". What is loaded
 * already is left alone. 0, or -errno with a sentence in why. */
int modules_add(const char *text, char *why, size_t room);

#endif
