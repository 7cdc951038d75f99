/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The end of a lost frame: see trace_lost.h.
 */
#include "harness/trace/trace_lost.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/trace/words.h"
#include "model/nic/nic.h"

enum { STEPS_MAX = 64 };

static struct {
    uint16_t rx_drop, tx_drop, wire_lost, rx_frame;
} id;

/* "port 0 at 12.345678 us" */
static int place(const struct rs_trace *t, const struct nic_event *e, char *buf, size_t bytes)
{
    uint64_t ps = e->time_ps > t->go_ps ? e->time_ps - t->go_ps : 0;

    return snprintf(buf, bytes, "port %u at %" PRIu64 ".%06" PRIu64 " us",
                    (unsigned)NIC_FUNCTION_PORT(e->function), ps / 1000000, ps % 1000000);
}

static void say_drop(const struct rs_trace *t, const struct nic_event *e, const char *head,
                     char *buf, size_t bytes)
{
    const bool wire = e->id == id.wire_lost, counts = e->id == id.rx_drop;
    const char *field = wire ? "why" : "reason", *counter;
    uint64_t reason = 0;
    char where[64];

    rs_event_field(e, field, &reason);
    counter = counts ? rs_rx_drop_counter(reason) : NULL;
    place(t, e, where, sizeof(where));
    if (wire)
        snprintf(buf, bytes, "%slost on the wire of %s: %s", head, where,
                 rs_event_word("wire_lost", field, reason) ?: "?");
    else
        snprintf(buf, bytes, "%sdropped by %s, queue %u: %s%s%s", head, where, e->queue,
                 rs_event_word(counts ? "rx_drop" : "tx_drop", field, reason) ?: "?",
                 counter ? ", counted in " : "", counter ?: "");
}

/* The frame itself, where its way is stored. */
static bool follow(const struct rs_trace *t, uint64_t flow, uint64_t sequence, char *buf,
                   size_t bytes)
{
    const struct nic_event *received = NULL;
    size_t step[STEPS_MAX];
    const size_t n = rs_trace_follow(t, flow, sequence, step, STEPS_MAX);
    char where[64];

    for (size_t i = 0; i < n; i++) {
        const struct nic_event *e = &t->event[step[i]];

        if (e->id == id.rx_drop || e->id == id.wire_lost) {
            say_drop(t, e, "", buf, bytes);
            return true;
        }
        received = e->id == id.rx_frame ? e : received;
    }
    if (!received)
        return false;
    place(t, received, where, sizeof(where));
    snprintf(buf, bytes, "received by %s, queue %u, and not sent again", where, received->queue);
    return true;
}

/* What the port of entry, or any sender, dropped: the first one, and how many there were. */
static void summarise(const struct rs_trace *t, unsigned port, char *buf, size_t bytes)
{
    const struct nic_event *first = NULL;
    uint64_t count = 0;
    char head[80] = "";

    for (size_t i = 0; i < t->count; i++) {
        const struct nic_event *e = &t->event[i];
        const bool ours = (e->id == id.rx_drop && NIC_FUNCTION_PORT(e->function) == port) ||
                          e->id == id.tx_drop || e->id == id.wire_lost;

        if (ours && (!first || (e->id == first->id && e->a == first->a)))
            count++;
        if (ours && !first)
            first = e;
    }
    if (!first) { /* drops are stored at every level */
        if (!t->torn_bytes)
            snprintf(buf, bytes, "no port dropped it: it stayed with the driver, or in the "
                                 "packet buffer");
        return;
    }
    if (count > 1)
        snprintf(head, sizeof(head), "first of %" PRIu64 " such frames ", count);
    say_drop(t, first, head, buf, bytes);
}

void rs_trace_lost(const struct rs_trace *trace, uint64_t flow, uint64_t sequence, unsigned port,
                   char *buf, size_t bytes)
{
    *buf = '\0';
    id.rx_drop = rs_event_id("rx_drop");
    id.tx_drop = rs_event_id("tx_drop");
    id.wire_lost = rs_event_id("wire_lost");
    id.rx_frame = rs_event_id("rx_frame");
    if (trace->header.level > 0 && follow(trace, flow, sequence, buf, bytes))
        return;
    for (size_t i = 0; i < trace->count; i++) {
        const struct nic_event *e = &trace->event[i];
        uint64_t of, number;

        if (e->id == id.wire_lost && rs_event_field(e, "flow", &of) && of == flow &&
            rs_event_field(e, "sequence", &number) && number == sequence) {
            say_drop(trace, e, "", buf, bytes);
            return;
        }
    }
    summarise(trace, port, buf, bytes);
}
