/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One frame's way through a trace. The wire events carry flow and sequence; the NIC only numbers
 * frames per port and knows slots, so each step is found from the one before: n-th frame on the
 * wire of a port = the NIC's frame n there = that queue and slot.
 */
#include <string.h>

#include "harness/trace/trace_file.h"

#define NONE SIZE_MAX

static uint16_t port_of(const struct nic_event *event)
{
    return (uint16_t)NIC_FUNCTION_PORT(event->function);
}

/* The kinds that make up a way, looked up once: a trace has millions of events. */
static struct {
    uint16_t wire_in, wire_in_bad, wire_out, wire_out_bad, wire_lost, verdict, rx_frame, rx_drop,
        rx_desc_done, tx_frame, tx_desc_done, desc_fetch, tail;
} id;

static void find_ids(void)
{
#define ID(name) id.name = rs_event_id(#name)
    ID(wire_in), ID(wire_in_bad), ID(wire_out), ID(wire_out_bad), ID(wire_lost), ID(verdict);
    ID(rx_frame), ID(rx_drop), ID(rx_desc_done), ID(tx_frame), ID(tx_desc_done);
    ID(desc_fetch), ID(tail);
#undef ID
}

/* name, or the same with a damaged FCS. */
static bool is_wire(const struct nic_event *event, bool out)
{
    return event->id == (out ? id.wire_out : id.wire_in) ||
           event->id == (out ? id.wire_out_bad : id.wire_in_bad);
}

static uint64_t field(const struct nic_event *event, const char *name)
{
    uint64_t value;

    return rs_event_field(event, name, &value) ? value : UINT64_MAX;
}

/* The frame of this flow on a wire; *number: how many went over that wire before it. */
static size_t find_wire(const struct rs_trace *t, bool out, size_t from, uint64_t flow,
                        uint64_t sequence, uint64_t *number)
{
    size_t at;

    for (at = from; at < t->count; at++)
        if (is_wire(&t->event[at], out) && t->event[at].queue == flow &&
            field(&t->event[at], "sequence") == sequence)
            break;
    if (at == t->count)
        return NONE;
    *number = 0;
    for (size_t i = 0; i < at; i++)
        *number += is_wire(&t->event[i], out) && port_of(&t->event[i]) == port_of(&t->event[at]);
    return at;
}

/* The first event of one of two kinds at this port, from index `from` on, whose field has a
 * value. */
static size_t find(const struct rs_trace *t, size_t from, uint16_t port, uint16_t kind,
                   uint16_t other, const char *key, uint64_t value)
{
    for (size_t i = from; i < t->count; i++)
        if (port_of(&t->event[i]) == port &&
            (t->event[i].id == kind || t->event[i].id == other) &&
            field(&t->event[i], key) == value)
            return i;
    return NONE;
}

struct found {
    size_t *index;
    size_t count, room;
};

static void note(struct found *f, size_t at)
{
    if (at == NONE || f->count == f->room)
        return;
    for (size_t i = 0; i < f->count; i++)
        if (f->index[i] == at)
            return;
    f->index[f->count++] = at;
}

/* How the frame got into its receive slot, and the write-back that gave it to the driver. */
static void follow_in(const struct rs_trace *t, struct found *f, size_t wire, uint64_t number)
{
    const uint16_t port = port_of(&t->event[wire]);
    const size_t frame = find(t, wire, port, id.rx_frame, id.rx_drop, "frame", number);
    uint32_t queue;
    uint64_t slot;

    note(f, frame);
    if (frame == NONE || t->event[frame].id == id.rx_drop)
        return;
    queue = t->event[frame].queue;
    slot = field(&t->event[frame], "slot");
    for (size_t i = frame; i < t->count; i++)
        if (t->event[i].id == id.rx_desc_done && port_of(&t->event[i]) == port &&
            t->event[i].queue == queue && field(&t->event[i], "slot") == slot) {
            note(f, i);
            return;
        }
}

/* The descriptor fetch that covers a slot, backwards from `before`. */
static size_t find_fetch(const struct rs_trace *t, size_t before, uint16_t port, uint32_t queue,
                         uint64_t slot)
{
    for (size_t i = before; i-- > 0;) {
        const struct nic_event *e = &t->event[i];

        if (e->id != id.desc_fetch || port_of(e) != port || e->queue != queue ||
            field(e, "tx") != 1)
            continue;
        if (slot - field(e, "slot") < field(e, "count"))
            return i;
    }
    return NONE;
}

static size_t find_doorbell(const struct rs_trace *t, size_t before, uint16_t port, uint32_t queue)
{
    for (size_t i = before; i-- > 0;)
        if (t->event[i].id == id.tail && port_of(&t->event[i]) == port &&
            t->event[i].queue == queue && field(&t->event[i], "tx") == 1)
            return i;
    return NONE;
}

/* How the driver gave it back: doorbell, fetch, the frame at the MAC, the write-back after it. */
static void follow_out(const struct rs_trace *t, struct found *f, size_t wire, uint64_t number)
{
    const uint16_t port = port_of(&t->event[wire]);
    const size_t frame = find(t, 0, port, id.tx_frame, id.tx_frame, "frame", number);
    size_t fetch;

    if (frame == NONE)
        return;
    fetch = find_fetch(t, frame, port, t->event[frame].queue, field(&t->event[frame], "slot"));
    if (fetch != NONE)
        note(f, find_doorbell(t, fetch, port, t->event[frame].queue));
    note(f, fetch);
    note(f, frame);
    for (size_t i = frame; i < t->count; i++)
        if (t->event[i].id == id.tx_desc_done && port_of(&t->event[i]) == port &&
            t->event[i].queue == t->event[frame].queue) {
            note(f, i);
            return;
        }
}

static void sort(size_t *index, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && index[k - 1] > index[k]; k--) {
            const size_t swap = index[k];

            index[k] = index[k - 1];
            index[k - 1] = swap;
        }
}

size_t rs_trace_follow(const struct rs_trace *trace, uint64_t flow, uint64_t sequence,
                       size_t *index, size_t room)
{
    struct found f = {.index = index, .room = room};
    uint64_t number;
    size_t in, out;

    find_ids();
    in = find_wire(trace, false, 0, flow, sequence, &number);
    note(&f, in);
    if (in != NONE)
        follow_in(trace, &f, in, number);
    out = find_wire(trace, true, in == NONE ? 0 : in, flow, sequence, &number);
    note(&f, out);
    if (out != NONE)
        follow_out(trace, &f, out, number);
    /* Whatever else names this very frame: verdicts of the sink, losses between ports. */
    for (size_t i = 0; i < trace->count; i++) {
        const struct nic_event *e = &trace->event[i];
        uint64_t of;

        if ((e->id == id.verdict || e->id == id.wire_lost) && rs_event_field(e, "flow", &of) &&
            of == flow && field(e, "sequence") == sequence)
            note(&f, i);
    }
    sort(index, f.count);
    return f.count;
}
