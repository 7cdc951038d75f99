/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A plan as it comes from a file: refused with a sentence, or executed: then all that the bench
 * does without looking again is done here, on ports that are up. The first byte says whether the
 * input is a plan (then magic, version and length may be put right, so that the fuzz gets past
 * them) or a list of changes to a plan that is good: those survive a change of layout.
 */
#include <stdlib.h>

#include "fuzz/ops.h"
#include "model/bench/control_abi.h"

enum { HOW_RIGHT = 1, HOW_MOVES = 2, HOW_CHANGES = 4, HOW_PLAN_SHIFT = 3 };
enum { EVENTS_MAX = 60000, SLICES = 48, SLICE_MAX_NS = 8192 };

static uint64_t events_of(struct machine *m)
{
    static struct bench_report report;

    bench_report(m->bench, &report);
    FUZZ_HOLDS(report.sched_refused == 0, "the event heap was full");
    return report.sched_events;
}

static void execute(const void *plan, uint8_t how)
{
    struct machine *m = machine_start_plan(plan, how & HOW_MOVES);
    uint64_t events = 0, slice = 16;

    m->end_vns = UINT64_MAX / 4;
    for (unsigned p = 0; p < m->config.ports; p++)
        port_up(m, p, &(struct input){&how, 1});
    (void)bench_control_write(m->bench, m->vns, RS_CTL_GO, 1);
    for (unsigned i = 0; i < SLICES; i++) {
        machine_run(m, slice);
        uint64_t now = events_of(m);
        if (now > EVENTS_MAX)
            break;
        if (now - events < 200 && slice < SLICE_MAX_NS)
            slice *= 2;
        events = now;
    }
    machine_save_load(m);
    (void)bench_control_write(m->bench, m->vns, RS_CTL_EXIT, 0);
    (void)events_of(m);
}

/* The good plan of that number, changed: where, how much of it, what. */
static void *changed_plan(struct input *in, unsigned number, size_t *bytes)
{
    const void *good = machine_plan(number, bytes);
    uint8_t *plan = aligned_alloc(8, (*bytes + 7) & ~(size_t)7);

    FUZZ_HOLDS(plan, "no memory");
    memcpy(plan, good, *bytes);
    while (in->left) {
        uint16_t where = take16(in);
        size_t width = (size_t)1 << (where & 3), at = (where & ~(width - 1)) % *bytes;

        if (at + width <= *bytes)
            take(in, plan + at, width);
    }
    return plan;
}

static void *given_plan(struct input *in, bool right, size_t *bytes)
{
    struct plan_header *h = aligned_alloc(8, (in->left + 8) & ~(size_t)7);

    FUZZ_HOLDS(h, "no memory");
    *bytes = in->left;
    take(in, h, in->left);
    if (right && *bytes >= sizeof(*h)) {
        memcpy(h->magic, PLAN_MAGIC, 8);
        h->version = PLAN_VERSION;
        h->bytes = (uint32_t)*bytes;
    }
    return h;
}

void fuzz_plan(const uint8_t *data, size_t bytes)
{
    struct input in = {data, bytes};
    char why[200] = "";
    uint8_t how = take8(&in);
    void *plan = how & HOW_CHANGES ? changed_plan(&in, how >> HOW_PLAN_SHIFT, &bytes)
                                   : given_plan(&in, how & HOW_RIGHT, &bytes);

    if (bench_plan_check(plan, bytes, why, sizeof(why)) == 0)
        execute(plan, how);
    else
        FUZZ_HOLDS(*why, "refused without a reason");
    free(plan);
}
