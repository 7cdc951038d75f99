/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Is this a plan, whole and sane? It believes nothing: tables must lie inside and apart from the
 * header, every index must be in range, every number small enough that the bench can compute with
 * it without looking again. Each complaint says what, where and what was expected.
 */
#include <errno.h>

#include "model/bench/bench_priv.h"
#include "model/bench/fault.h"

enum { CABLE_MAX_PS = 100000000 }; /* 20 km: what the wire queue can hold */
#define TIME_MAX_PS   ((uint64_t)1 << 60) /* 13 days */
#define RATE_MAX      ((uint64_t)1 << 48)
#define DILATION_MAX  1000000u

struct check {
    const uint8_t *plan;
    size_t bytes;
    const struct plan_header *h;
    char *why;
    size_t room;
};

/* ---- a sentence without stdio ---- */
static void say(struct check *c, const char *text)
{
    size_t at = 0;
    while (c->room && at + 1 < c->room && c->why[at])
        at++;
    while (c->room && *text && at + 1 < c->room)
        c->why[at++] = *text++;
    if (c->room)
        c->why[at] = 0;
}

static void say_number(struct check *c, uint64_t v)
{
    char digits[24];
    char *p = digits + sizeof(digits) - 1;
    *p = 0;
    do {
        *--p = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    say(c, p);
}

/* "what is value, expected expectation" */
static int complain(struct check *c, const char *what, uint64_t value, const char *expected)
{
    say(c, what);
    say(c, " is ");
    say_number(c, value);
    say(c, ", expected ");
    say(c, expected);
    return -EINVAL;
}

static int complain_of(struct check *c, const char *table, uint64_t index, const char *what,
                       uint64_t value, const char *expected)
{
    say(c, table);
    say(c, " ");
    say_number(c, index);
    say(c, ": ");
    return complain(c, what, value, expected);
}

static bool zero_ended(const char *text, size_t bytes)
{
    return memchr(text, 0, bytes) != NULL;
}

/* ---- the tables ---- */
static int check_table(struct check *c, const char *name, struct plan_table t, size_t each,
                       uint64_t most)
{
    if (t.count > most)
        return complain_of(c, "table", 0, name, t.count, "fewer entries");
    if (!t.count)
        return 0;
    if (t.offset % 8 || t.offset < sizeof(struct plan_header))
        return complain_of(c, "offset of table", 0, name, t.offset,
                           "a multiple of 8 behind the header");
    if (t.offset > c->bytes || (uint64_t)t.count * each > c->bytes - t.offset)
        return complain_of(c, "end of table", 0, name, t.offset + (uint64_t)t.count * each,
                           "at most the plan's bytes");
    return 0;
}

static int check_header(struct check *c)
{
    const struct plan_header *h = c->h;
    if (memcmp(h->magic, PLAN_MAGIC, sizeof(h->magic)) != 0) {
        say(c, "no plan: the first 8 bytes are not RSPLAN\\0\\1");
        return -EINVAL;
    }
    if (h->version != PLAN_VERSION)
        return complain(c, "plan version", h->version, "4: compile the scenario again");
    if (h->bytes != c->bytes)
        return complain(c, "length in the plan's header", h->bytes, "the length of the file");
    if (!zero_ended(h->name, sizeof(h->name)))
        return complain(c, "length of the plan's name", sizeof(h->name), "at most 63");
    if (h->clock > PLAN_CLOCK_TIMED)
        return complain(c, "clock", h->clock, "0 (functional) or 1 (timed)");
    if (!h->dilation_num || !h->dilation_den || h->dilation_num > DILATION_MAX ||
        h->dilation_den > DILATION_MAX)
        return complain(c, "dilation", h->dilation_num, "num and den from 1 to 1000000");
    if (h->clock == PLAN_CLOCK_FUNCTIONAL && h->dilation_num != h->dilation_den)
        return complain(c, "dilation", h->dilation_num, "1/1 in functional mode");
    if (h->quantum_ns > 1000000000)
        return complain(c, "quantum_ns", h->quantum_ns, "at most 1000000000");
    if (h->deadline_ps > TIME_MAX_PS || h->drain_ps > TIME_MAX_PS || !h->deadline_ps)
        return complain(c, "deadline_ps or drain_ps", h->deadline_ps, "at most 2^60, not 0");
    if (!h->ready_limit_ns || h->ready_limit_ns > TIME_MAX_PS)
        return complain(c, "ready_limit_ns", h->ready_limit_ns, "1 to 2^60");
    if (h->trace_level > 9)
        return complain(c, "trace_level", h->trace_level, "0 to 9");
    if (h->iotlb_entries > IOTLB_MAX)
        return complain(c, "iotlb_entries", h->iotlb_entries, "0 to 1024");
    if (h->checks)
        return complain(c, "checks", h->checks, "0: reserved");
    if (!h->ports.count || h->ports.count > PLAN_PORTS_MAX)
        return complain(c, "number of ports", h->ports.count, "1 to 8");
    if (h->capture >> h->ports.count)
        return complain(c, "capture", h->capture, "bits of existing ports only");
    return 0;
}

static int check_tables(struct check *c)
{
    const struct plan_header *h = c->h;
    int err = check_table(c, "ports", h->ports, sizeof(struct plan_port), PLAN_PORTS_MAX);
    if (!err)
        err = check_table(c, "flows", h->flows, sizeof(struct plan_flow), PLAN_FLOWS_MAX);
    if (!err)
        err = check_table(c, "sizes", h->sizes, sizeof(uint16_t), PLAN_SIZES_MAX);
    if (!err)
        err = check_table(c, "actions", h->actions, sizeof(struct plan_action),
                          PLAN_ACTIONS_MAX);
    if (!err)
        err = check_table(c, "frames", h->frames, sizeof(struct plan_frame), PLAN_FRAMES_MAX);
    if (!err)
        err = check_table(c, "bytes", h->bytes_, 1, PLAN_BYTES_MAX);
    if (!err)
        err = check_table(c, "faults", h->faults, sizeof(struct plan_fault), PLAN_FAULTS_MAX);
    return err;
}

static int check_timing(struct check *c)
{
    uint64_t min, max;
    int bad = bench_timing_check(c->h->timing, &min, &max);
    if (bad < 0)
        return 0;
    const struct bench_timing_info *info = bench_timing_info((unsigned)bad);
    say(c, "timing parameter ");
    say(c, info ? info->name : "beyond the last one");
    say(c, " is ");
    say_number(c, c->h->timing[bad]);
    say(c, ", expected ");
    say_number(c, min);
    say(c, " to ");
    say_number(c, max);
    return -EINVAL;
}

static int check_ports(struct check *c)
{
    const struct plan_port *ports = (const void *)(c->plan + c->h->ports.offset);
    uint32_t count = c->h->ports.count;
    for (uint32_t i = 0; i < count; i++) {
        const struct plan_port *p = &ports[i];
        if (p->attach > PLAN_ATTACH_NETDEV)
            return complain_of(c, "port", i, "attach", p->attach, "0, 1 or 2");
        if (p->attach == PLAN_ATTACH_CABLE &&
            (p->peer >= count || p->peer == i || ports[p->peer].attach != PLAN_ATTACH_CABLE ||
             ports[p->peer].peer != i))
            return complain_of(c, "port", i, "peer", p->peer,
                               "another port that is cabled to this one");
        if (p->respond > 15)
            return complain_of(c, "port", i, "respond", p->respond, "bits 0 to 3");
        if (p->module > NIC_MODULE_DA)
            return complain_of(c, "port", i, "module", p->module, "0, 1 or 2");
        static const uint8_t none[6];
        if (p->nic_mac[0] & 1 || memcmp(p->nic_mac, none, 6) == 0)
            return complain_of(c, "port", i, "first byte of nic_mac", p->nic_mac[0],
                               "a station address: even, not all zero");
        if (p->cable_ps > CABLE_MAX_PS)
            return complain_of(c, "port", i, "cable_ps", p->cable_ps, "at most 100000000");
    }
    return 0;
}

static int check_sizes(struct check *c, uint32_t i, const struct plan_flow *f)
{
    const uint16_t *sizes = (const void *)(c->plan + c->h->sizes.offset);
    uint32_t least = frame_smallest(f);
    least = least < NIC_FRAME_MIN ? NIC_FRAME_MIN : least;
    if (!f->size_count || f->size_first > c->h->sizes.count ||
        f->size_count > c->h->sizes.count - f->size_first)
        return complain_of(c, "flow", i, "size_count", f->size_count,
                           "1 or more, within the table of sizes");
    for (uint32_t k = 0; k < f->size_count; k++) {
        uint16_t size = sizes[f->size_first + k];
        if (size >= least && size <= NIC_FRAME_MAX)
            continue;
        say(c, "flow ");
        say_number(c, i);
        say(c, ": frame length is ");
        say_number(c, size);
        say(c, ", expected ");
        say_number(c, least);
        say(c, " (headers and stamp of its kind) to 16384");
        return -EINVAL;
    }
    return 0;
}

static int check_replay(struct check *c, uint32_t i, const struct plan_flow *f)
{
    if (!f->frame_count || f->frame_first > c->h->frames.count ||
        f->frame_count > c->h->frames.count - f->frame_first)
        return complain_of(c, "flow", i, "frame_count", f->frame_count,
                           "1 or more, within the table of frames");
    const struct plan_frame *frames = (const void *)(c->plan + c->h->frames.offset);
    for (uint32_t k = 1; k < f->frame_count; k++)
        if (frames[f->frame_first + k].stamp_ps < frames[f->frame_first + k - 1].stamp_ps)
            return complain_of(c, "frame", f->frame_first + k, "stamp_ps",
                               frames[f->frame_first + k].stamp_ps,
                               "not before the frame ahead of it");
    return 0;
}

static int check_pace(struct check *c, uint32_t i, const struct plan_flow *f)
{
    if (f->pace > PLAN_PACE_STAMP || (f->pace == PLAN_PACE_STAMP && f->kind != PLAN_REPLAY))
        return complain_of(c, "flow", i, "pace", f->pace,
                           "0 to 2, or 3 for a replayed capture");
    if (!f->interval_den || f->interval_den > RATE_MAX || f->interval_num > RATE_MAX)
        return complain_of(c, "flow", i, "interval", f->interval_num,
                           "num 0 to 2^48, den 1 to 2^48");
    if (!f->burst)
        return complain_of(c, "flow", i, "burst", f->burst, "1 or more");
    if (f->start_ps > TIME_MAX_PS)
        return complain_of(c, "flow", i, "start_ps", f->start_ps, "at most 2^60");
    if (f->count == UINT64_MAX && f->stop_ps == UINT64_MAX)
        return complain_of(c, "flow", i, "count", f->count, "count or stop_ps to be finite");
    if (f->count != UINT64_MAX && f->count > UINT32_MAX)
        return complain_of(c, "flow", i, "count", f->count, "at most 2^32 - 1");
    return 0;
}

static int check_flow(struct check *c, uint32_t i, const struct plan_flow *f,
                      const struct plan_port *ports)
{
    uint32_t count = c->h->ports.count;
    if (!zero_ended(f->name, sizeof(f->name)))
        return complain_of(c, "flow", i, "length of the name", sizeof(f->name), "at most 31");
    if (f->port >= count || ports[f->port].attach != PLAN_ATTACH_BENCH)
        return complain_of(c, "flow", i, "port", f->port, "a port attached to the bench");
    if (f->expect_port != PLAN_NO_PORT &&
        (f->expect_port >= count || ports[f->expect_port].attach != PLAN_ATTACH_BENCH))
        return complain_of(c, "flow", i, "expect_port", f->expect_port,
                           "255 or a port attached to the bench");
    if (f->kind > PLAN_REPLAY)
        return complain_of(c, "flow", i, "kind", f->kind, "0 to 6");
    if (f->quanta > UINT16_MAX || (f->quanta && f->kind != PLAN_PAUSE))
        return complain_of(c, "flow", i, "quanta", f->quanta, "at most 65535, of pause only");
    if (f->kind == PLAN_PAUSE && f->expect_port != PLAN_NO_PORT)
        return complain_of(c, "flow", i, "expect_port", f->expect_port, "255 for pause");
    if (f->size_mode > PLAN_SIZE_DRAW)
        return complain_of(c, "flow", i, "size_mode", f->size_mode, "0 or 1");
    if (f->payload > PLAN_PAYLOAD_ONES)
        return complain_of(c, "flow", i, "payload", f->payload, "0 to 3");
    if (f->bad_fcs > 1 || f->macs > 1)
        return complain_of(c, "flow", i, "bad_fcs or macs", f->bad_fcs, "0 or 1");
    if (!f->tuples)
        return complain_of(c, "flow", i, "tuples", f->tuples, "1 or more");
    int err = check_pace(c, i, f);
    if (err)
        return err;
    return f->kind == PLAN_REPLAY ? check_replay(c, i, f) : check_sizes(c, i, f);
}

static int check_actions(struct check *c)
{
    const struct plan_action *actions = (const void *)(c->plan + c->h->actions.offset);
    for (uint32_t i = 0; i < c->h->actions.count; i++) {
        const struct plan_action *a = &actions[i];
        if (a->kind > PLAN_MODULE)
            return complain_of(c, "action", i, "kind", a->kind, "0 to 4");
        if (a->kind == PLAN_MODULE && a->arg > NIC_MODULE_DA)
            return complain_of(c, "action", i, "arg", a->arg, "0, 1 or 2: a module");
        if ((a->kind <= PLAN_LINK_UP || a->kind == PLAN_MODULE) && a->port >= c->h->ports.count)
            return complain_of(c, "action", i, "port", a->port, "an existing port");
        if (a->at_ps > TIME_MAX_PS || (i && a->at_ps < actions[i - 1].at_ps))
            return complain_of(c, "action", i, "at_ps", a->at_ps,
                               "at most 2^60 and not before the action ahead of it");
    }
    return 0;
}

static int check_trigger(struct check *c, uint32_t i, const struct plan_fault *f)
{
    if (f->at_ps > TIME_MAX_PS || (f->event_count && f->at_ps))
        return complain_of(c, "fault", i, "at_ps", f->at_ps, "at most 2^60, 0 behind a count");
    if (!f->event_count)
        return 0;
    if (f->event >= BENCH_EVENTS_END || f->event == BENCH_EV_fault ||
        f->event == BENCH_EV_fault_armed)
        return complain_of(c, "fault", i, "event", f->event, "an event that is no fault");
    if (f->event_port != PLAN_NO_PORT && f->event_port >= c->h->ports.count)
        return complain_of(c, "fault", i, "event_port", f->event_port, "255 or an existing port");
    return 0;
}

static int check_faults(struct check *c)
{
    const struct plan_fault *faults = (const void *)(c->plan + c->h->faults.offset);
    for (uint32_t i = 0; i < c->h->faults.count; i++) {
        const struct plan_fault *f = &faults[i];
        const struct bench_fault_info *info = bench_fault_info(f->kind);
        if (!info)
            return complain_of(c, "fault", i, "kind", f->kind, "one of the catalogue");
        if (f->port >= c->h->ports.count)
            return complain_of(c, "fault", i, "port", f->port, "an existing port");
        if (!f->times)
            return complain_of(c, "fault", i, "times", f->times, "1 or more");
        unsigned most = info->takes & FAULT_DIRECTION ? PLAN_OUT_OF_NIC
                        : info->takes & FAULT_WRITES  ? PLAN_WRITES_TX_DESC : 0;
        if (f->select > most)
            return complain_of(c, "fault", i, "select", f->select, "what its kind knows");
        bool timed = info->takes & (FAULT_FOR | FAULT_DELAY);
        if (timed != (f->time_ps != 0) || f->time_ps > TIME_MAX_PS)
            return complain_of(c, "fault", i, "time_ps", f->time_ps,
                               "at most 2^60; not 0 for a flap or a delay, else 0");
        int err = check_trigger(c, i, f);
        if (err)
            return err;
    }
    return 0;
}

static int check_frames(struct check *c)
{
    const struct plan_frame *frames = (const void *)(c->plan + c->h->frames.offset);
    uint32_t bytes = c->h->bytes_.count;
    for (uint32_t i = 0; i < c->h->frames.count; i++) {
        const struct plan_frame *f = &frames[i];
        if (f->length < 14 || f->length > NIC_FRAME_MAX)
            return complain_of(c, "frame", i, "length", f->length, "14 to 16384");
        if (f->offset > bytes || f->length > bytes - f->offset)
            return complain_of(c, "frame", i, "offset", f->offset, "within the frame bytes");
        if (f->stamp_ps > TIME_MAX_PS)
            return complain_of(c, "frame", i, "stamp_ps", f->stamp_ps, "at most 2^60");
    }
    return 0;
}

int bench_plan_check(const void *plan, size_t bytes, char *why, size_t why_bytes)
{
    struct check c = {.plan = plan, .bytes = bytes, .h = plan, .why = why, .room = why_bytes};
    if (why_bytes)
        why[0] = 0;
    if ((uintptr_t)plan % 8 || bytes < sizeof(struct plan_header))
        return complain(&c, "length of the plan", bytes, "at least its header, aligned to 8");
    int err = check_header(&c);
    if (!err)
        err = check_tables(&c);
    if (!err)
        err = check_timing(&c);
    if (!err)
        err = check_ports(&c);
    if (!err)
        err = check_frames(&c);
    const struct plan_flow *flows = (const void *)(c.plan + c.h->flows.offset);
    const struct plan_port *ports = (const void *)(c.plan + c.h->ports.offset);
    for (uint32_t i = 0; !err && i < c.h->flows.count; i++)
        err = check_flow(&c, i, &flows[i], ports);
    if (!err)
        err = check_actions(&c);
    return err ? err : check_faults(&c);
}
