/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Filters on events: see trace_filter.h.
 */
#include "harness/trace/trace_filter.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum verdict { OPEN, FITS, NEVER };

void rs_trace_filter_init(struct rs_trace_filter *filter)
{
    memset(filter, 0, sizeof(*filter));
    filter->port = filter->queue = RS_TRACE_ANY;
    filter->to_ps = filter->flow = filter->frame = UINT64_MAX;
}

/* A register by name, by name with index, or by offset ("0x2800"). */
static bool match_register(const char *glob, uint64_t offset)
{
    char name[48], bare[48], hex[24];
    char *index;

    rs_trace_register(offset, name, sizeof(name));
    snprintf(bare, sizeof(bare), "%s", name);
    index = strchr(bare, '[');
    if (index)
        *index = '\0';
    snprintf(hex, sizeof(hex), "0x%" PRIx64, offset);
    /* "[3]" in a glob would be a set: compare literally first */
    return !strcasecmp(glob, name) || !fnmatch(glob, bare, FNM_CASEFOLD) ||
           !strcasecmp(glob, hex);
}

static bool register_fits(struct rs_trace_filter *filter, uint64_t offset)
{
    const size_t at = (offset >> 2 ^ offset >> 56) % RS_TRACE_REGISTERS;

    if (filter->reg[at].verdict == OPEN || filter->reg[at].offset != offset) {
        filter->reg[at].offset = offset;
        filter->reg[at].verdict = match_register(filter->register_glob, offset) ? FITS : NEVER;
    }
    return filter->reg[at].verdict == FITS;
}

/* What the kind of an event alone decides. */
static bool kind_fits(const struct rs_trace_filter *filter, const struct nic_event *event)
{
    const struct nic_event_info *info = bench_event_info(event->id);
    uint64_t value;

    if (filter->queue != RS_TRACE_ANY && !(info && !strcmp(info->queue, "queue")))
        return false;
    if (filter->event_glob && !(info && !fnmatch(filter->event_glob, info->name, 0)))
        return false;
    if (filter->register_glob && !(info && rs_trace_is_access(info)))
        return false;
    if (filter->flow != UINT64_MAX && !rs_event_field(event, "flow", &value))
        return false;
    return filter->frame == UINT64_MAX || rs_event_field(event, "sequence", &value);
}

bool rs_trace_match(struct rs_trace_filter *filter, const struct nic_event *event)
{
    uint8_t unknown = OPEN;
    uint8_t *kind = event->id < RS_TRACE_KINDS ? &filter->kind[event->id] : &unknown;
    uint64_t value;

    if (*kind == OPEN)
        *kind = kind_fits(filter, event) ? FITS : NEVER;
    if (*kind == NEVER || event->time_ps < filter->from_ps || event->time_ps > filter->to_ps)
        return false;
    if (filter->port != RS_TRACE_ANY && NIC_FUNCTION_PORT(event->function) != filter->port)
        return false;
    if (filter->queue != RS_TRACE_ANY && event->queue != filter->queue)
        return false;
    if (filter->register_glob && !register_fits(filter, event->a))
        return false;
    if (filter->flow != UINT64_MAX &&
        !(rs_event_field(event, "flow", &value) && value == filter->flow))
        return false;
    return filter->frame == UINT64_MAX ||
           (rs_event_field(event, "sequence", &value) && value == filter->frame);
}

/* Events come in order of time, as their writer made them: the first one at or after from_ps. */
static size_t first_at(const struct rs_trace *trace, uint64_t from_ps)
{
    size_t low = 0, high = trace->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (trace->event[middle].time_ps < from_ps)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t rs_trace_next(const struct rs_trace *trace, struct rs_trace_filter *filter, size_t from)
{
    if (!from && filter->from_ps)
        from = first_at(trace, filter->from_ps);
    for (; from < trace->count && trace->event[from].time_ps <= filter->to_ps; from++)
        if (rs_trace_match(filter, &trace->event[from]))
            return from;
    return trace->count;
}
