/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writing reports: see report_file.h.
 */
#include "harness/report/report_file.h"

#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/term.h"

/* Something to write into, not to replace. */
static bool is_stream(const char *path)
{
    struct stat status;

    return !strcmp(path, "-") ||
           (lstat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
}

int rs_report_probe(const char *path)
{
    char *probe;
    int fd, error = 0;

    if (!path || is_stream(path))
        return RS_EXIT_PASS;
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        rs_error("%s is a folder: a report wants the name of a file", path);
        return RS_EXIT_USAGE;
    }
    probe = g_strconcat(path, ".XXXXXX", NULL);
    fd = g_mkstemp(probe);
    if (fd < 0) {
        error = errno;
        rs_error("%s cannot be written: %s", path, strerror(error));
    } else {
        close(fd);
        unlink(probe);
    }
    g_free(probe);
    if (!error)
        return RS_EXIT_PASS;
    return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG ? RS_EXIT_USAGE
                                                                        : RS_EXIT_ENVIRONMENT;
}

FILE *rs_report_talk(const char *json, const char *junit)
{
    return !g_strcmp0(json, "-") || !g_strcmp0(junit, "-") ? stderr : stdout;
}

static int write_into(const char *path, const char *text)
{
    FILE *to = strcmp(path, "-") ? fopen(path, "we") : stdout;
    bool good = to && fputs(text, to) >= 0 && fflush(to) == 0;

    if (!good)
        rs_error("%s: %s", path, strerror(errno));
    if (to && to != stdout)
        good = fclose(to) == 0 && good;
    return good ? 0 : -EIO;
}

int rs_report_write(const char *path, const char *text)
{
    GError *error = NULL;

    if (is_stream(path))
        return write_into(path, text);
    /* through a temporary file, so that a reader never sees half of it */
    if (g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, &error))
        return 0;
    rs_error("%s", error->message);
    g_error_free(error);
    return -EIO;
}
