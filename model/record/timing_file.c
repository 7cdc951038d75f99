/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A timing file: parameters of one published system that replace those of a plan. Lines of
 * `name = value` or `name = value unit`, the unit that of model/bench/timing.def; # comments.
 * What a value may be is bench_plan_check()'s business, afterwards.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/record/record_priv.h"

enum { LINE_MAX_BYTES = 256 };

struct place {
    const char *path;
    unsigned line;
    char *why;
    size_t why_bytes;
};

static int find(const char *name)
{
    for (unsigned i = 0; i < bench_timing_count(); i++)
        if (!strcmp(bench_timing_info(i)->name, name))
            return (int)i;
    return -1;
}

static int wrong(const struct place *p, const char *what, const char *seen)
{
    return rec_fail(p->why, p->why_bytes, EINVAL, "%s:%u: %s, got '%s'", p->path, p->line, what,
                    seen);
}

static int apply(const struct place *p, const char *name, const char *text, const char *unit,
                 uint64_t *timing)
{
    char expected[96], *end;
    int index = find(name);
    if (index < 0)
        return wrong(p, "expected a timing parameter of docs/scenario-keys.md", name);
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || errno)
        return wrong(p, "expected a whole number", text);
    const struct bench_timing_info *info = bench_timing_info((unsigned)index);
    if (*unit && strcmp(unit, info->unit)) {
        snprintf(expected, sizeof(expected), "%s is counted in %s", name, info->unit);
        return wrong(p, expected, unit);
    }
    timing[index] = value;
    return 0;
}

static int one_line(const struct place *p, char *line, uint64_t *timing)
{
    char name[64], equals[2], value[32], unit[16] = "", rest[2];
    line[strcspn(line, "#\n")] = '\0';
    int fields = sscanf(line, " %63[a-z_0-9] %1[=] %31s %15s %1s", name, equals, value, unit, rest);
    if (fields <= 0 && line[strspn(line, " \t\r")] == '\0')
        return 0;
    if (fields != 3 && fields != 4)
        return wrong(p, "expected `name = value`", line);
    return apply(p, name, value, unit, timing);
}

int rec_timing_apply(const char *path, uint64_t *timing, char *why, size_t why_bytes)
{
    char line[LINE_MAX_BYTES];
    FILE *f = fopen(path, "r");
    if (!f) {
        int err = errno;
        return rec_fail(why, why_bytes, err, "%s: %s", path, strerror(err));
    }
    struct place place = {path, 0, why, why_bytes};
    int err = 0;
    while (!err && fgets(line, sizeof(line), f)) {
        place.line++;
        if (strlen(line) == sizeof(line) - 1)
            err = wrong(&place, "expected a line below 256 bytes", "a longer one");
        else
            err = one_line(&place, line, timing);
    }
    if (!err && ferror(f))
        err = rec_fail(why, why_bytes, EIO, "%s: %s", path, strerror(EIO));
    fclose(f);
    return err;
}
