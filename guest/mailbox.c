/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The mailbox header and the two archives. See mailbox.h.
 */
#include "guest/mailbox.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "guest/files.h"
#include "guest/tool.h"
#include "model/bench/control_abi.h"

#define BUSYBOX "/bin/busybox"

/* offset and length name bytes behind the header and inside the BAR */
static int inside(uint64_t offset, uint64_t length, uint64_t bytes)
{
    return offset >= sizeof(struct rs_mailbox) && offset <= bytes && length <= bytes - offset;
}

int mailbox_open(struct mailbox *mailbox, void *base, uint64_t bytes, char *why, size_t room)
{
    struct rs_mailbox header;

    if (bytes < sizeof(header)) {
        snprintf(why, room, "the BAR has %llu bytes, less than the mailbox header",
                 (unsigned long long)bytes);
        return -EINVAL;
    }
    memcpy(&header, base, sizeof(header));
    if (memcmp(header.magic, RS_MAILBOX_MAGIC, sizeof(header.magic)) != 0) {
        snprintf(why, room, "the mailbox does not begin with %s", RS_MAILBOX_MAGIC);
        return -EINVAL;
    }
    if (header.version != 1) {
        snprintf(why, room, "mailbox version %u: this guest knows version 1", header.version);
        return -EINVAL;
    }
    if (!inside(header.in_offset, header.in_length, bytes) ||
        !inside(header.out_offset, header.out_capacity, bytes)) {
        snprintf(why, room, "an area of the mailbox is not inside its %llu bytes",
                 (unsigned long long)bytes);
        return -EINVAL;
    }
    if (header.in_offset < header.out_offset + header.out_capacity &&
        header.out_offset < header.in_offset + header.in_length) {
        snprintf(why, room, "the two areas of the mailbox overlap");
        return -EINVAL;
    }
    if (header.out_capacity < MAILBOX_OUT_MIN) {
        snprintf(why, room, "output area of %llu bytes: results need %d",
                 (unsigned long long)header.out_capacity, MAILBOX_OUT_MIN);
        return -EINVAL;
    }
    *mailbox = (struct mailbox){base, header.in_offset, header.in_length, header.out_offset,
                                header.out_capacity};
    return 0;
}

int mailbox_unpack(const struct mailbox *mailbox, const char *folder, char *why, size_t room)
{
    char *argv[] = {(char *)BUSYBOX, (char *)"tar", (char *)"-x",         (char *)"-f",
                    (char *)"-",     (char *)"-C",  (char *)folder, NULL};
    struct tool tar;

    int result = tool_start(&tar, TOOL_INPUT, argv);
    if (result < 0) {
        snprintf(why, room, "cannot start tar: %s", strerror(-result));
        return result;
    }
    /* tar may stop reading at the archive's end mark, before all is written */
    write_all(tar.pipe, mailbox->base + mailbox->in_offset, mailbox->in_length);
    result = tool_finish(&tar);
    if (result == 0)
        return 0;
    snprintf(why, room, "tar ended with status %d while unpacking the job's archive of %llu bytes",
             result, (unsigned long long)mailbox->in_length);
    return -EINVAL;
}

int64_t mailbox_pack(const struct mailbox *mailbox, const char *folder, const char *const members[],
                     unsigned count)
{
    char *argv[8 + MAILBOX_MEMBERS_MAX] = {(char *)BUSYBOX, (char *)"tar", (char *)"-c",
                                           (char *)"-f",    (char *)"-",   (char *)"-C",
                                           (char *)folder};
    struct tool tar;
    char more;

    if (count > MAILBOX_MEMBERS_MAX)
        return -E2BIG;
    for (unsigned i = 0; i < count; i++)
        argv[7 + i] = (char *)members[i];
    int result = tool_start(&tar, TOOL_OUTPUT, argv);
    if (result < 0)
        return result;
    /* straight into the BAR: it is memory */
    int64_t length =
        read_all(tar.pipe, mailbox->base + mailbox->out_offset, mailbox->out_capacity);
    if (length == (int64_t)mailbox->out_capacity && read_all(tar.pipe, &more, 1) == 1) {
        length = -ENOSPC;
        kill(tar.pid, SIGKILL);
    }
    result = tool_finish(&tar);
    if (length >= 0 && result != 0)
        return -EIO;
    return length;
}

void mailbox_publish(const struct mailbox *mailbox, uint64_t length)
{
    struct rs_mailbox *header = (struct rs_mailbox *)mailbox->base;

    *(volatile uint64_t *)&header->out_length = length;
}
