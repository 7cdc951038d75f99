/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A plan file into memory, checked. Whether it is a sane plan is bench_plan_check()'s business;
 * here it is whether the file can be read at all and is not absurdly large.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model/record/record_priv.h"

/* All tables at their largest. */
#define PLAN_FILE_MAX                                                                            \
    (sizeof(struct plan_header) + PLAN_PORTS_MAX * sizeof(struct plan_port) +                    \
     PLAN_FLOWS_MAX * sizeof(struct plan_flow) + PLAN_SIZES_MAX * sizeof(uint16_t) +             \
     PLAN_ACTIONS_MAX * sizeof(struct plan_action) +                                             \
     (size_t)PLAN_FRAMES_MAX * sizeof(struct plan_frame) + PLAN_BYTES_MAX + 4096)

int rec_fail(char *why, size_t why_bytes, int errno_value, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (why_bytes)
        vsnprintf(why, why_bytes, format, args);
    va_end(args);
    return -errno_value;
}

static int read_all(FILE *f, void *to, size_t bytes)
{
    if (fread(to, 1, bytes, f) != bytes)
        return ferror(f) ? EIO : ENODATA;
    return fgetc(f) == EOF ? 0 : EFBIG; /* it grew meanwhile */
}

static int load(FILE *f, const char *path, void **plan, size_t *bytes, char *why,
                size_t why_bytes)
{
    struct stat st;
    if (fstat(fileno(f), &st) || !S_ISREG(st.st_mode))
        return rec_fail(why, why_bytes, EINVAL, "%s: not a regular file", path);
    if (st.st_size < (off_t)sizeof(struct plan_header) || (size_t)st.st_size > PLAN_FILE_MAX)
        return rec_fail(why, why_bytes, EINVAL,
                        "%s: %lld bytes, a plan has %zu to %zu: compile the scenario again",
                        path, (long long)st.st_size, sizeof(struct plan_header),
                        (size_t)PLAN_FILE_MAX);
    *bytes = (size_t)st.st_size;
    *plan = malloc(*bytes);
    if (!*plan)
        return rec_fail(why, why_bytes, ENOMEM, "%s: no memory for %zu bytes", path, *bytes);
    int err = read_all(f, *plan, *bytes);
    if (err)
        return rec_fail(why, why_bytes, err, "%s: %s", path, strerror(err));
    char reason[256];
    if (bench_plan_check(*plan, *bytes, reason, sizeof(reason)))
        return rec_fail(why, why_bytes, EINVAL, "%s: %s", path, reason);
    return 0;
}

int rec_plan_load(const char *path, void **plan, size_t *bytes, char *why, size_t why_bytes)
{
    *plan = NULL;
    FILE *f = fopen(path, "rb");
    if (!f) {
        int err = errno;
        return rec_fail(why, why_bytes, err, "%s: %s", path, strerror(err));
    }
    int err = load(f, path, plan, bytes, why, why_bytes);
    fclose(f);
    if (err) {
        free(*plan);
        *plan = NULL;
    }
    return err;
}
