/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The cables: what goes into a port and what comes out of it, light and darkness, frames on their
 * way between two ports of the machine or back from the responder. One wire into each NIC, shared
 * by generators, responder and cable; a frame has it for its bytes, FCS, preamble and gap. The
 * wire out of a NIC needs no such book: the NIC serialises.
 */
#include "model/bench/bench_priv.h"
#include "model/bench/hash.h"

enum { SFD_BYTES = 8 };

uint64_t wire_occupied(const struct bench *b, uint32_t length)
{
    return (length + NIC_FCS_BYTES + bench_time(b, TIMING_wire_overhead)) *
           bench_time(b, TIMING_wire_byte);
}

static bool cabled(const struct bench *b, unsigned port)
{
    return b->ports[port].attach == PLAN_ATTACH_CABLE;
}

/* ---- light ---- */
static void set_carrier(struct bench *b, unsigned port, bool present)
{
    struct port_state *p = &b->st->port[port];
    if (p->carrier == present)
        return;
    p->carrier = present;
    trace_emit(b, BENCH_EV_carrier, NIC_FUNCTION(port, 0), 0, present, 0, 0);
    if (b->outside)
        b->outside->carrier(b->owner, port, present);
    else
        nic_carrier(&b->nic[port], present);
}

static void update_carrier(struct bench *b, unsigned port)
{
    struct port_state *p = &b->st->port[port];
    bool far = !cabled(b, port) || b->st->port[b->ports[port].peer].laser;
    set_carrier(b, port, far && !p->cut);
}

/* A port's laser is what its peer sees. Nothing else changes with it: the far end of a port on
 * the bench always sends. */
void wire_light(struct bench *b, unsigned port)
{
    struct port_state *p = &b->st->port[port];
    p->light_pending = 0;
    p->laser = b->outside ? b->outside_laser >> port & 1 : nic_laser_on(&b->nic[port]);
    if (cabled(b, port))
        update_carrier(b, b->ports[port].peer);
}

/* From within the NIC: the peer cannot be told before it has returned. */
void wire_laser(struct bench *b, unsigned port)
{
    struct port_state *p = &b->st->port[port];
    if (p->light_pending || !cabled(b, port))
        return;
    p->light_pending = 1;
    bench_at(b, bench_now(b), SCHED_WIRE, port, 0xfffe, KIND_LIGHT, 0);
}

void wire_cut(struct bench *b, unsigned port, bool cut)
{
    b->st->port[port].cut = cut;
    update_carrier(b, port);
    if (cut)
        pause_forget(b, port);
    if (cabled(b, port)) { /* both fibres */
        b->st->port[b->ports[port].peer].cut = cut;
        update_carrier(b, b->ports[port].peer);
    }
}

void wire_init(struct bench *b)
{
    for (unsigned i = 0; i < b->st->ports; i++)
        wire_light(b, i);
    for (unsigned i = 0; i < b->st->ports; i++)
        update_carrier(b, i);
}

/* ---- taps ---- */
static void tap(struct bench *b, unsigned port, bool out, uint64_t sfd_ps, const uint8_t *frame,
                uint32_t length, uint64_t hash, bool good_fcs, uint32_t flow, uint64_t sequence)
{
    enum bench_event_id id = out ? good_fcs ? BENCH_EV_wire_out : BENCH_EV_wire_out_bad
                                 : good_fcs ? BENCH_EV_wire_in : BENCH_EV_wire_in_bad;
    trace_emit(b, id, NIC_FUNCTION(port, 0), flow, length, hash, sequence);
    if (b->plan->capture >> port & 1 && b->ops->wire)
        b->ops->wire(b->host, (uint8_t)port, out, sfd_ps, frame, length, good_fcs,
                     flow == NO_FLOW ? UINT64_MAX : flow, sequence);
}

__attribute__((cold, noinline))
static void lost(struct bench *b, unsigned port, uint32_t length, enum wire_loss why,
                 uint32_t flow, uint64_t sequence)
{
    trace_emit(b, BENCH_EV_wire_lost, NIC_FUNCTION(port, 0), flow, length, why, sequence);
}

/* Faults of the wire; true: one takes the frame away. */
__attribute__((cold, noinline))
static bool struck(struct bench *b, unsigned port, unsigned direction, uint32_t length,
                   bool *good_fcs)
{
    if (fault_hits(b, PLAN_FAULT_WIRE_DROP, port, direction, length))
        return true;
    if (fault_hits(b, PLAN_FAULT_WIRE_FCS, port, direction, length))
        *good_fcs = false;
    return false;
}

/* ---- into the NIC ---- */
void wire_in(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length,
             bool good_fcs, const struct stamp *stamp)
{
    struct port_state *p = b->port[port];
    uint32_t flow = stamp ? stamp->flow : NO_FLOW;
    uint64_t sequence = stamp ? stamp->sequence : UINT64_MAX;
    plan_moved(b);
    if (!p->carrier) {
        lost(b, port, length, LOSS_DARK, flow, sequence);
        return;
    }
    if (b->st->faults.armed && struck(b, port, PLAN_INTO_NIC, length, &good_fcs)) {
        lost(b, port, length, LOSS_FAULT, flow, sequence);
        return;
    }
    p->count.wire_in_frames++;
    p->count.wire_in_bytes += length;
    uint64_t hash = hash_bytes(frame, length);
    if (stamp)
        memo_sent(b, stamp, frame, length, hash);
    tap(b, port, false, bench_now(b), frame, length, hash, good_fcs, flow, sequence);
    if (__builtin_expect(b->outside != NULL, 0))
        b->outside->frame_in(b->owner, port, frame, length, good_fcs);
    else
        nic_frame_in(&b->nic[port], frame, length, good_fcs);
}

static void head_schedule(struct bench *b, unsigned port)
{
    struct port_state *p = &b->st->port[port];
    uint32_t at = nic_fifo_head(&p->wire);
    if (p->head_pending || at == NIC_FIFO_NONE)
        return;
    const struct wire_frame *f = nic_fifo_at(p->wire_ring, at);
    p->head_pending = 1;
    bench_at(b, f->at_ps, SCHED_WIRE, port, 0xffff, KIND_WIRE_HEAD, b->gen_lead_ps);
}

void wire_enqueue(struct bench *b, unsigned port, uint64_t at_ps, const uint8_t *frame,
                  uint32_t length, bool good_fcs)
{
    struct port_state *p = &b->st->port[port];
    uint32_t bytes = (uint32_t)sizeof(struct wire_frame) + length;
    uint32_t at = nic_fifo_push(&p->wire, p->wire_ring, WIRE_BYTES, bytes);
    if (at == NIC_FIFO_NONE) {
        lost(b, port, length, LOSS_FULL, NO_FLOW, UINT64_MAX);
        return;
    }
    struct wire_frame *f = nic_fifo_at(p->wire_ring, at);
    f->at_ps = bench_max(at_ps, p->in_free_ps);
    f->length = length;
    f->good_fcs = good_fcs;
    memcpy(f + 1, frame, length);
    p->in_free_ps = f->at_ps + wire_occupied(b, length);
    head_schedule(b, port);
}

void wire_fire(struct bench *b, unsigned port)
{
    struct port_state *p = &b->st->port[port];
    uint32_t at = nic_fifo_head(&p->wire);
    p->head_pending = 0;
    if (at == NIC_FIFO_NONE || p->pause.until_ps)
        return;
    const struct wire_frame *f = nic_fifo_at(p->wire_ring, at);
    p->in_busy_ps = bench_now(b) + wire_occupied(b, f->length);
    wire_in(b, port, (const uint8_t *)(f + 1), f->length, f->good_fcs, NULL);
    nic_fifo_pop(&p->wire, p->wire_ring, WIRE_BYTES);
    head_schedule(b, port);
}

/* The far end was quiet for a while. What the wire had been given to since is void, unless a flow
 * still has its slot; first goes what waited here, then the flows. */
void wire_resume(struct bench *b, unsigned port)
{
    struct port_state *p = &b->st->port[port];
    if (!gen_reserved(b, port))
        p->in_free_ps = p->in_busy_ps;
    uint64_t free_ps = bench_max(p->in_free_ps, bench_now(b));
    for (uint32_t at = nic_fifo_head(&p->wire); at != NIC_FIFO_NONE;
         at = nic_fifo_next(&p->wire, p->wire_ring, WIRE_BYTES, at)) {
        struct wire_frame *f = nic_fifo_at(p->wire_ring, at);
        f->at_ps = bench_max(f->at_ps, free_ps);
        p->in_free_ps = free_ps = f->at_ps + wire_occupied(b, f->length);
    }
    head_schedule(b, port);
    gen_release(b, port);
}

/* ---- out of the NIC ---- */
static void to_peer(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length,
                    bool good_fcs)
{
    uint64_t sfd = bench_now(b) + SFD_BYTES * bench_time(b, TIMING_wire_byte);
    uint64_t hash = hash_bytes(frame, length);
    tap(b, port, true, sfd, frame, length, hash, good_fcs, NO_FLOW, UINT64_MAX);
    wire_enqueue(b, b->ports[port].peer, sfd + b->ports[port].cable_ps, frame, length, good_fcs);
}

/* To the bench: of a flow? Then the sink judges it. Else the far end may obey or answer. */
static void to_bench(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length,
                     bool good_fcs)
{
    uint64_t sfd = bench_now(b) + SFD_BYTES * bench_time(b, TIMING_wire_byte);
    uint64_t hash;
    struct stamp stamp;
    struct replay_found found;
    const struct frame_sent *known = memo_known(b, frame, length, &hash);
    if (known)
        stamp = known->stamp;
    if ((known || frame_stamp(b, frame, length, &stamp)) &&
        stamp.sequence < b->st->flow[stamp.flow].count.sent) {
        tap(b, port, true, sfd, frame, length, hash, good_fcs, stamp.flow, stamp.sequence);
        if (known && good_fcs)
            sink_count(b, port, stamp.flow, stamp.sequence, stamp.time_ps, false);
        else
            sink_judge(b, port, frame, length, good_fcs, &stamp);
    } else if (replay_match(b, port, frame, length, &found)) {
        tap(b, port, true, sfd, frame, length, hash, good_fcs, found.flow, found.sequence);
        if (good_fcs)
            sink_count(b, port, found.flow, found.sequence, found.sent_ps, found.again);
        else
            sink_damaged(b, port, found.flow, found.sequence, length);
    } else {
        tap(b, port, true, sfd, frame, length, hash, good_fcs, NO_FLOW, UINT64_MAX);
        if (good_fcs && (pause_take(b, port, frame, length) ||
                         responder_take(b, port, frame, length)))
            return;
        b->st->port[port].count.foreign++;
        sink_sample(b, VERDICT_FOREIGN, port, NO_FLOW, UINT64_MAX, length);
    }
}

void wire_out(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length,
              bool good_fcs)
{
    struct port_state *p = b->port[port];
    plan_moved(b);
    p->count.wire_out_frames++;
    p->count.wire_out_bytes += length;
    if (p->cut) {
        lost(b, port, length, LOSS_DARK, NO_FLOW, UINT64_MAX);
        return;
    }
    if (b->st->faults.armed && struck(b, port, PLAN_OUT_OF_NIC, length, &good_fcs)) {
        lost(b, port, length, LOSS_FAULT, NO_FLOW, UINT64_MAX);
        return;
    }
    switch (b->ports[port].attach) {
    case PLAN_ATTACH_CABLE:
        to_peer(b, port, frame, length, good_fcs);
        break;
    case PLAN_ATTACH_NETDEV:
        tap(b, port, true, bench_now(b), frame, length, hash_bytes(frame, length), good_fcs,
            NO_FLOW, UINT64_MAX);
        if (b->ops->frame_out)
            b->ops->frame_out(b->host, (uint8_t)port, frame, length);
        break;
    default:
        to_bench(b, port, frame, length, good_fcs);
        break;
    }
}
