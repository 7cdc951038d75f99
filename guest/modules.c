/* SPDX-License-Identifier: BSD-2-Clause
 *
 * finit_module() for each line of a list. See modules.h.
 */
#include "guest/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/files.h"

static int load_one(const char *path)
{
    int result = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    if (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)
        result = -errno;
    close(fd);
    return result;
}

int modules_load(const char *list, char *why, size_t room)
{
    char text[4096], *rest = text, *path;

    int result = file_read(list, text, sizeof(text));
    if (result < 0) {
        snprintf(why, room, "cannot read %s: %s", list, strerror(-result));
        return result;
    }
    while ((path = strsep(&rest, "\n")) != NULL) {
        if (!*path)
            continue;
        result = load_one(path);
        if (result < 0) {
            snprintf(why, room, "cannot load %s: %s", path, strerror(-result));
            return result;
        }
    }
    return 0;
}
