/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Small files whole, and loops around read and write. See files.h.
 */
#include "guest/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int file_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    size_t length = strlen(text);
    int result = 0;

    if (fd < 0)
        return -errno;
    /* one write: sysfs takes each as a whole value */
    ssize_t done = write(fd, text, length);
    if (done < 0)
        result = -errno;
    else if ((size_t)done != length)
        result = -EIO;
    close(fd);
    return result;
}

int file_read(const char *path, char *out, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    int64_t length = read_all(fd, out, room - 1);
    close(fd);
    if (length < 0)
        return (int)length;
    out[length] = '\0';
    return (int)length;
}

int write_all(int fd, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t done = write(fd, at, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -errno;
        at += done;
        length -= (size_t)done;
    }
    return 0;
}

int64_t read_all(int fd, void *out, size_t room)
{
    size_t used = 0;

    while (used < room) {
        ssize_t done = read(fd, (char *)out + used, room - used);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -errno;
        if (done == 0)
            break;
        used += (size_t)done;
    }
    return (int64_t)used;
}
