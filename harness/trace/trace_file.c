/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads stored traces and says what an event is: see trace_file.h. Names come from the event
 * tables of bench and NIC and from the register table, never from a list of its own.
 */
#include "harness/trace/trace_file.h"
#include "harness/trace/words.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(struct rec_trace_header) % 8 == 0, "events follow aligned");

static int check_header(const struct rec_trace_header *header, const char *path, char *why,
                        size_t why_bytes)
{
    if (memcmp(header->magic, REC_TRACE_MAGIC, sizeof(header->magic))) {
        snprintf(why, why_bytes, "%s is not a trace", path);
        return -EPROTO;
    }
    if (header->schema != TRACE_SCHEMA_VERSION ||
        header->record_bytes != sizeof(struct nic_event)) {
        snprintf(why, why_bytes,
                 "%s has trace schema %u with events of %u bytes; this tool reads schema %d with "
                 "%zu: run the scenario again",
                 path, header->schema, header->record_bytes, TRACE_SCHEMA_VERSION,
                 sizeof(struct nic_event));
        return -EPROTO;
    }
    return 0;
}

/* Time of GO by the trace itself; 0: the run never got there. */
static void find_go(struct rs_trace *trace)
{
    const uint16_t go = rs_event_id("go");

    for (size_t i = 0; i < trace->count && !trace->go_ps; i++)
        if (trace->event[i].id == go)
            trace->go_ps = trace->event[i].time_ps;
}

int rs_trace_open(struct rs_trace *trace, const char *path, char *why, size_t why_bytes)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    size_t rest;

    memset(trace, 0, sizeof(*trace));
    if (fd < 0 || fstat(fd, &st) < 0) {
        snprintf(why, why_bytes, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -ENOENT;
    }
    if (!S_ISREG(st.st_mode) || (size_t)st.st_size < sizeof(trace->header)) {
        snprintf(why, why_bytes, "%s is not a trace: it is too short to hold a header", path);
        close(fd);
        return -EPROTO;
    }
    trace->map_bytes = (size_t)st.st_size;
    trace->map = mmap(NULL, trace->map_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (trace->map == MAP_FAILED) {
        snprintf(why, why_bytes, "%s: %s", path, strerror(errno));
        return -ENOENT;
    }
    memcpy(&trace->header, trace->map, sizeof(trace->header));
    trace->header.plan_name[sizeof(trace->header.plan_name) - 1] = '\0';
    if (check_header(&trace->header, path, why, why_bytes) < 0) {
        rs_trace_close(trace);
        return -EPROTO;
    }
    rest = trace->map_bytes - sizeof(trace->header);
    trace->event = (const void *)((const char *)trace->map + sizeof(trace->header));
    trace->count = rest / sizeof(struct nic_event);
    trace->torn_bytes = rest % sizeof(struct nic_event);
    find_go(trace);
    return 0;
}

void rs_trace_close(struct rs_trace *trace)
{
    if (trace->map)
        munmap(trace->map, trace->map_bytes);
    memset(trace, 0, sizeof(*trace));
}

uint16_t rs_event_id(const char *name)
{
    const struct nic_event_info *info;

    for (uint16_t id = 0; (info = bench_event_info(id)); id++)
        if (!strcmp(info->name, name))
            return id;
    return UINT16_MAX;
}

bool rs_event_field(const struct nic_event *event, const char *name, uint64_t *value)
{
    const struct nic_event_info *info = bench_event_info(event->id);
    const struct {
        const char *name;
        uint64_t value;
    } fields[] = {
        {info ? info->queue : NULL, event->queue},
        {info ? info->a : NULL, event->a},
        {info ? info->b : NULL, event->b},
        {info ? info->c : NULL, event->c},
    };

    for (unsigned i = 0; i < 4; i++)
        if (fields[i].name && *fields[i].name && !strcmp(fields[i].name, name)) {
            *value = fields[i].value;
            return true;
        }
    return false;
}

/* ---- text ---- */

const char *rs_trace_register(uint64_t offset, char *buf, size_t bytes)
{
    const unsigned bar = (unsigned)(offset >> 56);

    if (!bar)
        return nic_reg_name((uint32_t)offset, buf, bytes);
    if (bar == NIC_VF_BAR)
        return nic_vf_reg_name((uint32_t)offset, buf, bytes);
    snprintf(buf, bytes, "%sBAR%u+0x%" PRIx64, bar & NIC_VF_BAR ? "VF " : "", bar % NIC_VF_BAR,
             offset & 0xffffffffffffffu);
    return buf;
}

bool rs_trace_is_access(const struct nic_event_info *info)
{
    return !strcmp(info->name, "mmio_read") || !strcmp(info->name, "mmio_write");
}

static size_t field_text(char *buf, size_t bytes, const char *name, uint64_t value,
                         const struct nic_event_info *info, const char *const *names,
                         size_t flows)
{
    static const char *const hexadecimal[] = {"value", "address", "offset", "status", "eicr",
                                              "eims",  "data",    "hash",   "physical"};
    const char *word = rs_event_word(info->name, name, value);
    char reg[48];
    int done;

    if (word)
        done = snprintf(buf, bytes, "  %s %s", name, word);
    else if (!strcmp(name, "offset") && rs_trace_is_access(info))
        done = snprintf(buf, bytes, "  %s", rs_trace_register(value, reg, sizeof(reg)));
    else if (!strcmp(name, "flow") && value < flows)
        done = snprintf(buf, bytes, "  flow %s", names[value]);
    else if (value == UINT64_MAX || (!strcmp(name, "flow") && value == UINT32_MAX))
        done = snprintf(buf, bytes, "  %s -", name);
    else {
        bool hex = false;

        for (unsigned i = 0; i < sizeof(hexadecimal) / sizeof(*hexadecimal); i++)
            hex = hex || !strcmp(name, hexadecimal[i]);
        done = snprintf(buf, bytes, hex ? "  %s 0x%" PRIx64 : "  %s %" PRIu64, name, value);
    }
    return done < 0 ? 0 : (size_t)done < bytes ? (size_t)done : bytes - 1;
}

const char *rs_event_text(const struct nic_event *event, const char *const *names, size_t flows,
                          char *buf, size_t bytes)
{
    const struct nic_event_info *info = bench_event_info(event->id);
    const uint64_t value[4] = {event->queue, event->a, event->b, event->c};
    size_t used;
    int done;

    if (!info) {
        snprintf(buf, bytes,
                 "event %u  queue %u  %#" PRIx64 "  %#" PRIx64 "  %#" PRIx64, event->id,
                 event->queue, event->a, event->b, event->c);
        return buf;
    }
    const char *const name[4] = {info->queue, info->a, info->b, info->c};

    done = snprintf(buf, bytes, "%-14s", info->name);
    used = done < 0 ? 0 : (size_t)done < bytes ? (size_t)done : bytes - 1;
    for (unsigned i = 0; i < 4; i++)
        if (name[i] && *name[i])
            used += field_text(buf + used, bytes - used, name[i], value[i], info, names, flows);
    return buf;
}
