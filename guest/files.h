/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Small files read and written whole, the way sysfs and procfs want it, and loops around read
 * and write. It must not know what is in the files.
 */
#ifndef RINGSIDE_GUEST_FILES_H
#define RINGSIDE_GUEST_FILES_H

#include <stddef.h>
#include <stdint.h>

/* Writes text to an existing file with one write; -errno when any part fails. */
int file_write(const char *path, const char *text);

/* Reads at most room-1 bytes and adds a zero; returns the length or -errno. */
int file_read(const char *path, char *out, size_t room);

/* Writes all bytes, however many calls that takes; 0 or -errno. */
int write_all(int fd, const void *bytes, size_t length);

/* Reads until the end or until room is full; returns how much, or -errno. */
int64_t read_all(int fd, void *out, size_t room);

#endif
