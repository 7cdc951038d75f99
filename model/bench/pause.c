/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The far end obeys pause frames (IEEE 802.3x): nothing of it starts while one holds. A pause
 * frame counts from the instant at which the far end has it whole. Knows when the far end is
 * quiet; what waits for that is gen.c's and wire.c's business.
 */
#include "model/bench/bench_priv.h"

enum {
    ETHERTYPE_AT = 12,
    OPCODE_AT = 14,
    QUANTA_AT = 16,
    HEAD_BYTES = 18,
    OPCODE_PAUSE = 1,
    QUANTUM_BYTES = 64, /* 512 bit times */
    SFD_BYTES = 8,
    EVENT_QUEUE = 0xfffd, /* behind the turns of flows at the same instant */
};

static unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

/* One event for what comes next, and one more whenever something earlier turns up, up to
 * PAUSE_EVENTS: only pause frames that each ask for less than the one before can bring more, and
 * then the far end is silent for a little longer. */
static void schedule(struct bench *b, unsigned port)
{
    struct pause_state *s = &b->st->port[port].pause;
    uint64_t at = s->until_ps ? s->until_ps : SCHED_NEVER;
    if (s->count && s->change[s->head].at_ps < at)
        at = s->change[s->head].at_ps;
    at = bench_max(at, bench_now(b) + 1);
    if (at >= SCHED_NEVER - 1 || (s->due_ps[0] && s->due_ps[0] <= at) ||
        s->due_ps[PAUSE_EVENTS - 1])
        return;
    memmove(s->due_ps + 1, s->due_ps, sizeof(s->due_ps) - sizeof(s->due_ps[0]));
    s->due_ps[0] = at;
    bench_at(b, at, SCHED_WIRE, port, EVENT_QUEUE, KIND_PAUSE, b->gen_lead_ps);
}

uint64_t pause_time(const struct bench *b, unsigned port)
{
    const struct port_state *p = &b->st->port[port];
    uint64_t since = bench_max(p->pause.since_ps, b->st->run.go_ps);
    return p->count.pause_ps + (p->pause.until_ps ? bench_now(b) - since : 0);
}

static void quiet_ends(struct bench *b, unsigned port)
{
    struct pause_state *s = &b->st->port[port].pause;
    if (!s->until_ps)
        return;
    b->st->port[port].count.pause_ps = pause_time(b, port);
    s->until_ps = 0;
    wire_resume(b, port);
}

static void obey(struct bench *b, unsigned port, uint32_t quanta)
{
    struct port_state *p = &b->st->port[port];
    if (!quanta) {
        quiet_ends(b, port);
        return;
    }
    if (!p->pause.until_ps)
        p->pause.since_ps = bench_now(b);
    p->pause.until_ps =
        bench_now(b) + (uint64_t)quanta * QUANTUM_BYTES * bench_time(b, TIMING_wire_byte);
}

void pause_fire(struct bench *b, unsigned port)
{
    struct pause_state *s = &b->st->port[port].pause;
    memmove(s->due_ps, s->due_ps + 1, sizeof(s->due_ps) - sizeof(s->due_ps[0]));
    s->due_ps[PAUSE_EVENTS - 1] = 0;
    while (s->count && s->change[s->head].at_ps <= bench_now(b)) {
        uint32_t quanta = s->change[s->head].quanta;
        s->head = (s->head + 1) % PAUSE_CHANGES;
        s->count--;
        obey(b, port, quanta);
    }
    if (s->until_ps <= bench_now(b))
        quiet_ends(b, port);
    schedule(b, port);
}

static bool is_pause(const struct plan_port *p, const uint8_t *frame, uint32_t length)
{
    static const uint8_t to[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};
    return length >= HEAD_BYTES && get16(frame + ETHERTYPE_AT) == 0x8808 &&
           get16(frame + OPCODE_AT) == OPCODE_PAUSE &&
           (memcmp(frame, to, 6) == 0 || memcmp(frame, p->mac, 6) == 0);
}

bool pause_take(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length)
{
    struct port_state *p = &b->st->port[port];
    struct pause_state *s = &p->pause;
    if (!is_pause(&b->ports[port], frame, length))
        return false;
    uint32_t quanta = get16(frame + QUANTA_AT);
    /* The frame itself, the cable; and back at the pins what started then: preamble, cable. */
    uint64_t at = bench_now(b) + 2ull * b->ports[port].cable_ps +
                  (SFD_BYTES + length + NIC_FCS_BYTES + SFD_BYTES) *
                      bench_time(b, TIMING_wire_byte);
    p->count.pauses += quanta != 0;
    trace_emit(b, BENCH_EV_pause, NIC_FUNCTION(port, 0), 0, quanta, at, 0);
    if (s->count == PAUSE_CHANGES) { /* more on the cable than are kept: the youngest wins */
        s->change[(s->head + s->count - 1) % PAUSE_CHANGES].quanta = quanta;
        return true;
    }
    s->change[(s->head + s->count++) % PAUSE_CHANGES] =
        (struct pause_change){.at_ps = at, .quanta = quanta};
    schedule(b, port);
    return true;
}

void pause_forget(struct bench *b, unsigned port)
{
    b->st->port[port].pause.count = 0;
    quiet_ends(b, port);
}

bool pause_valid(const struct pause_state *s)
{
    return s->head < PAUSE_CHANGES && s->count <= PAUSE_CHANGES && s->until_ps < SCHED_NEVER - 1;
}
