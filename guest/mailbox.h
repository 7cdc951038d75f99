/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The mailbox BAR of the control device, seen from the guest: the job comes out of it, the
 * results go into it, both as tar archives (docs/formats/mailbox.md). It trusts no number of
 * the header. It must not know what is in the archives.
 */
#ifndef RINGSIDE_GUEST_MAILBOX_H
#define RINGSIDE_GUEST_MAILBOX_H

#include <stddef.h>
#include <stdint.h>

enum {
    MAILBOX_OUT_MIN = 64 * 1024, /* room that results need in any case */
    MAILBOX_MEMBERS_MAX = 8,
};

/* Where the two areas are; every byte of both is inside the BAR. */
struct mailbox {
    uint8_t *base;
    uint64_t in_offset, in_length;
    uint64_t out_offset, out_capacity;
};

/* Checks the header of a mailbox of `bytes` bytes at base. Returns 0, or -EINVAL with a
 * sentence in why. */
int mailbox_open(struct mailbox *mailbox, void *base, uint64_t bytes, char *why, size_t room);

/* Unpacks the input archive into a folder. 0, or -errno with a sentence in why. */
int mailbox_unpack(const struct mailbox *mailbox, const char *folder, char *why, size_t room);

/* Packs `count` members of a folder (files, or folders with all in them) into the output area,
 * in this order. Returns the length of the archive, -ENOSPC when it does not fit, or another
 * -errno. */
int64_t mailbox_pack(const struct mailbox *mailbox, const char *folder, const char *const members[],
                     unsigned count);

/* Tells the host how long the output archive is: the last write to the mailbox. */
void mailbox_publish(const struct mailbox *mailbox, uint64_t length);

#endif
