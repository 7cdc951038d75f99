/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is on its way at this moment, counted: shows that a snapshot was taken in the middle of
 * something. Reads the state block and changes nothing.
 */
#include "model/bench/bench_priv.h"

struct tally {
    uint32_t nic, bench;
};

static bool tally(const void *user, const struct sched_event *e)
{
    struct tally *t = *(struct tally *const *)user;
    if (sched_event_class(e) == SCHED_NIC)
        t->nic++;
    else
        t->bench++;
    return true;
}

static void count_posted(struct port_state *p, struct bench_flight *out)
{
    for (uint32_t at = nic_fifo_head(&p->posted); at != NIC_FIFO_NONE;
         at = nic_fifo_next(&p->posted, p->posted_ring, POSTED_BYTES, at)) {
        const struct posted *e = nic_fifo_at(p->posted_ring, at);
        if (e->kind == POSTED_FRAME)
            out->writes += 2;
        else if (e->kind == POSTED_WRITE)
            out->writes++;
        else
            out->interrupts++;
    }
}

void bench_flight(const struct bench *b, struct bench_flight *out)
{
    struct tally t = {0};
    struct tally *user = &t;
    memset(out, 0, sizeof(*out));
    for (unsigned i = 0; i < b->st->ports; i++) {
        struct port_state *p = &b->st->port[i];
        out->frames += p->wire.count;
        out->register_writes += p->mmio_count;
        for (unsigned slot = 0; slot < READ_SLOTS; slot++)
            out->reads += p->read[slot].phase != READ_FREE;
        count_posted(p, out);
    }
    for (unsigned i = 0; i < b->plan->flows.count; i++) {
        const struct report_flow *f = &b->st->flow[i].count;
        if (b->flows[i].expect_port != PLAN_NO_PORT && f->sent > f->received)
            out->frames += (uint32_t)(f->sent - f->received);
    }
    sched_all(&b->st->sched, tally, &user);
    out->nic_events = t.nic;
    out->bench_events = t.bench;
}
