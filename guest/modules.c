/* SPDX-License-Identifier: BSD-2-Clause
 *
 * finit_module() for each line of a list. See modules.h.
 */
#include "guest/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/files.h"

static int load_one(const char *path, const char *parameters)
{
    int result = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    if (syscall(SYS_finit_module, fd, parameters, 0) < 0 && errno != EEXIST)
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
        result = load_one(path, "");
        if (result < 0) {
            snprintf(why, room, "cannot load %s: %s", path, strerror(-result));
            return result;
        }
    }
    return 0;
}

/* Files have _ where names may have -. */
static void list_path(const char *name, size_t length, char *out, size_t room)
{
    snprintf(out, room, "/lib/modules/%.*s.load", (int)length, name);
    for (char *at = out + strlen("/lib/modules/"); *at; at++)
        if (*at == '-')
            *at = '_';
}

int modules_add(const char *text, char *why, size_t room)
{
    const char *parameters = strchr(text, ' ') ?: "";
    const size_t length = *parameters ? (size_t)(parameters - text) : strlen(text);
    char list[128], lines[4096], *rest = lines, *path;

    list_path(text, length, list, sizeof(list));
    int result = file_read(list, lines, sizeof(lines));
    if (result < 0) {
        snprintf(why, room, "the image has no module '%.*s': name it under 'modules'", (int)length,
                 text);
        return result;
    }
    while ((path = strsep(&rest, "\n")) != NULL) {
        if (!*path)
            continue;
        const bool last = !rest || !*rest;
        result = load_one(path, last && *parameters ? parameters + 1 : "");
        if (result < 0) {
            snprintf(why, room, "cannot load %s: %s (the kernel log may say more)", path,
                     strerror(-result));
            return result;
        }
    }
    return 0;
}
