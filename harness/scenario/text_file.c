/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads text files: see text_file.h.
 */
#include "harness/scenario/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/scenario/yaml.h"

/* Ordinary files, and what a shell hands over (/dev/stdin, <(...)). Another FIFO may have no writer
 * and would be waited for in vain; a device may never end. */
static bool ordinary(int fd, const char *path)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return false;
    if (S_ISREG(st.st_mode) || (S_ISFIFO(st.st_mode) && g_str_has_prefix(path, "/dev/")))
        return fcntl(fd, F_SETFL, 0) == 0; /* waiting is right from here on */
    errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
    return false;
}

/* At most YAML_BYTES_MAX + 1 bytes, so that a film cannot fill the memory. */
static char *read_file(const char *path, size_t *length)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    FILE *file = fd >= 0 && ordinary(fd, path) ? fdopen(fd, "r") : NULL;
    char *text;
    int error = errno;

    if (file == NULL) {
        if (fd >= 0)
            close(fd);
        errno = error;
        return NULL;
    }
    text = g_malloc(YAML_BYTES_MAX + 2);
    errno = 0;
    *length = fread(text, 1, YAML_BYTES_MAX + 1, file);
    if (ferror(file)) {
        g_free(text);
        text = NULL;
    } else {
        text[*length] = '\0';
    }
    error = errno;
    fclose(file);
    errno = error;
    return text;
}

char *rs_text_file(const char *path, size_t *length, struct diag *diag)
{
    char *text = read_file(path, length);

    if (text == NULL)
        rs_diag_add(diag, DIAG_ERROR, path, NULL, (struct diag_mark){0}, "cannot be read: %s",
                    errno == EINVAL ? "not an ordinary file" : strerror(errno));
    return text;
}
