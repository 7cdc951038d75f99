/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The plans of the model targets: one for every kind of thing that a port can be plugged into,
 * with a link that comes up soon, few frames, and every fault.
 */
#include "fuzz/machine.h"
#include "model/bench/fault.h"
#include "model/bench/timing.h"

enum {
    PLAN_ROOM = 32 * 1024, FLOWS = PLAN_REPLAY + 1, SIZES = 8, ACTIONS = 4, FRAMES = 2,
    LINK_UP_PS = 2000000,
};

struct layout {
    struct plan_header header;
    struct plan_port port[PLAN_PORTS_MAX];
    struct plan_flow flow[FLOWS];
    struct plan_action action[ACTIONS];
    struct plan_frame frame[FRAMES];
    struct plan_fault fault[PLAN_FAULTS];
    uint16_t size[SIZES];
    uint8_t bytes[256];
};
_Static_assert(sizeof(struct layout) < PLAN_ROOM, "larger than thought");

static struct plan_table table(size_t offset, uint32_t count)
{
    return (struct plan_table){.offset = count ? (uint32_t)offset : 0, .count = count};
}

static void ports(struct layout *l, unsigned count, unsigned attach, unsigned iotlb, bool timed)
{
    struct plan_header *h = &l->header;

    memcpy(h->magic, PLAN_MAGIC, 8);
    h->version = PLAN_VERSION;
    h->bytes = sizeof(*l);
    h->seed = 5;
    memcpy(h->name, "fuzz", 4);
    h->clock = timed ? PLAN_CLOCK_TIMED : PLAN_CLOCK_FUNCTIONAL;
    h->dilation_num = timed ? 1000 : 1;
    h->dilation_den = timed ? 346 : 1;
    h->ready_limit_ns = 1000000;
    h->deadline_ps = 500000000;
    h->drain_ps = 20000000;
    h->trace_level = 9;
    h->capture = (1u << count) - 1;
    h->iotlb_entries = iotlb;
    for (unsigned i = 0; i < bench_timing_count(); i++)
        h->timing[i] = bench_timing_info(i)->value;
    h->timing[TIMING_link_up] = LINK_UP_PS;
    h->ports = table(offsetof(struct layout, port), count);
    for (unsigned i = 0; i < count; i++) {
        struct plan_port *p = &l->port[i];

        p->attach = (uint8_t)attach;
        p->peer = (uint8_t)(i ^ 1);
        p->respond = attach == PLAN_ATTACH_BENCH ? 15 : 0;
        p->module = NIC_MODULE_SR;
        p->cable_ps = 10000;
        memcpy(p->mac, "\x02\x00\x00\x00\x0f", 5);
        memcpy(p->nic_mac, "\x02\x00\x00\x00\x0e", 5);
        p->mac[5] = p->nic_mac[5] = (uint8_t)i;
        p->ip4 = 0x0a000001 + i;
        p->ip6[15] = (uint8_t)(i + 1);
    }
}

static void flows(struct layout *l)
{
    static const uint16_t sizes[SIZES] = {94, 100, 250, 600, 1514, 9014, 16000, 128};
    struct plan_header *h = &l->header;

    memcpy(l->size, sizes, sizeof(sizes));
    h->sizes = table(offsetof(struct layout, size), SIZES);
    h->flows = table(offsetof(struct layout, flow), FLOWS);
    h->frames = table(offsetof(struct layout, frame), FRAMES);
    h->bytes_ = table(offsetof(struct layout, bytes), sizeof(l->bytes));
    for (unsigned i = 0; i < FRAMES; i++)
        l->frame[i] = (struct plan_frame){.stamp_ps = i * 500000, .offset = 40 * i, .length = 90};
    memcpy(l->bytes, "\x02\x00\x00\x00\x0e\x00\x02\x00\x00\x00\x0f\x00\x08\x00\x45", 15);
    for (unsigned i = 0; i < FLOWS; i++) {
        struct plan_flow *f = &l->flow[i];

        f->name[0] = (char)('a' + i);
        f->port = (uint8_t)(i % h->ports.count);
        f->expect_port = (uint8_t)((i + 1) % h->ports.count);
        f->kind = (uint8_t)i; /* each kind once */
        if (i == PLAN_PAUSE)
            f->expect_port = PLAN_NO_PORT;
        f->quanta = i == PLAN_PAUSE ? 100 : 0;
        f->pace = i == PLAN_REPLAY ? PLAN_PACE_STAMP : (uint8_t)(i % PLAN_PACE_STAMP);
        f->size_mode = i & 1;
        f->payload = i % 4;
        f->start_ps = i * 100000;
        f->stop_ps = UINT64_MAX;
        f->count = 6;
        f->interval_num = 700001;
        f->interval_den = 3;
        f->burst = 1 + i % 3;
        f->size_count = SIZES;
        f->frame_count = i == PLAN_REPLAY ? FRAMES : 0;
        f->tuples = 1 + i;
        f->ethertype = 0x88b5;
        f->vlan = i == 2 ? 5 : 0;
        memcpy(f->src_mac, l->port[f->port].mac, 6);
        memcpy(f->dst_mac, l->port[f->port].nic_mac, 6);
        f->src_port = f->dst_port = 4000;
    }
    l->flow[4].bad_fcs = 1;
}

static void mishaps(struct layout *l)
{
    struct plan_header *h = &l->header;

    h->faults = table(offsetof(struct layout, fault), PLAN_FAULTS);
    for (unsigned i = 0; i < PLAN_FAULTS; i++) {
        unsigned takes = bench_fault_info(i)->takes;

        l->fault[i] = (struct plan_fault){
            .at_ps = 3000000 + i * 1000000, .times = 2, .event_queue = PLAN_ANY_QUEUE,
            .event_port = PLAN_NO_PORT, .kind = (uint8_t)i,
            .time_ps = takes & (FAULT_FOR | FAULT_DELAY) ? 5000000 : 0,
        };
    }
    h->actions = table(offsetof(struct layout, action), ACTIONS);
    for (unsigned i = 0; i < ACTIONS; i++)
        l->action[i] = (struct plan_action){.at_ps = 10000000ull * (i + 1), .kind = (uint8_t)i};
}

const void *machine_plan(unsigned index, size_t *bytes)
{
    static _Alignas(64) uint8_t room[MACHINE_PLANS][PLAN_ROOM];
    struct layout *l = (void *)room[index %= MACHINE_PLANS];
    char why[200];

    *bytes = sizeof(*l);
    if (l->header.bytes)
        return l;
    switch (index) {
    case 0:
        ports(l, 1, PLAN_ATTACH_NETDEV, 0, false);
        break;
    case 1:
        ports(l, 2, PLAN_ATTACH_NETDEV, 2, true);
        break;
    case 2:
        ports(l, 2, PLAN_ATTACH_CABLE, 64, false);
        break;
    case 3:
        ports(l, 1, PLAN_ATTACH_BENCH, 8, false);
        flows(l);
        break;
    case 4:
        ports(l, 2, PLAN_ATTACH_BENCH, 1, true);
        flows(l);
        mishaps(l);
        break;
    default:
        ports(l, 2, PLAN_ATTACH_BENCH, 0, false);
        flows(l);
        mishaps(l);
        l->header.quantum_ns = 1000;
        break;
    }
    FUZZ_HOLDS(!bench_plan_check(l, sizeof(*l), why, sizeof(why)), "plan %u: %s", index, why);
    return l;
}
