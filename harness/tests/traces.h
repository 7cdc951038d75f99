/* SPDX-License-Identifier: BSD-2-Clause
 *
 * For tests: a trace file made event by event.
 */
#ifndef RINGSIDE_HARNESS_TESTS_TRACES_H
#define RINGSIDE_HARNESS_TESTS_TRACES_H

#include <check.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/trace/trace_file.h"

static char *path, why[256];
static GByteArray *file;

static inline uint16_t id_of(const char *name)
{
    for (uint16_t id = 0; id < 1000; id++) {
        const struct nic_event_info *info = bench_event_info(id);

        if (info && !strcmp(info->name, name))
            return id;
    }
    ck_abort_msg("there is no event %s", name);
}

static inline void put(const char *name, uint64_t us, unsigned port, uint32_t queue, uint64_t a,
                uint64_t b, uint64_t c)
{
    const struct nic_event e = {us * 1000000, id_of(name), NIC_FUNCTION(port, 0), queue, a, b, c};

    g_byte_array_append(file, (const void *)&e, sizeof(e));
}

static inline void trace_setup(void)
{
    const struct rec_trace_header header = {
        .magic = REC_TRACE_MAGIC,
        .schema = TRACE_SCHEMA_VERSION,
        .record_bytes = sizeof(struct nic_event),
        .level = 2,
        .ports = 2,
        .plan_name = "t",
    };
    const int fd = g_file_open_tmp("ringside-trace-XXXXXX", &path, NULL);

    close(fd);
    file = g_byte_array_new();
    g_byte_array_append(file, (const void *)&header, sizeof(header));
}

static inline void trace_teardown(void)
{
    unlink(path);
    g_free(path);
    g_byte_array_free(file, TRUE);
}

static inline int open_it(struct rs_trace *trace)
{
    ck_assert(g_file_set_contents(path, (const char *)file->data, file->len, NULL));
    return rs_trace_open(trace, path, why, sizeof(why));
}

#endif
