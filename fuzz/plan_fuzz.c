/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A plan as it comes from a file: refused with a sentence, or executed: then all that the bench
 * does without looking again is done here, on ports that are up. The first byte says whether
 * magic, version and length are put right, so that the fuzz gets past them.
 */
#include <stdlib.h>

#include "fuzz/ops.h"
#include "model/bench/control_abi.h"

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
    struct machine *m = machine_start_plan(plan, how & 2);
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

void fuzz_plan(const uint8_t *data, size_t bytes)
{
    char why[200] = "";
    uint8_t how = bytes ? data[0] : 0;
    void *plan;

    if (bytes < 2)
        return;
    plan = aligned_alloc(8, (bytes - 1 + 7) & ~(size_t)7);
    FUZZ_HOLDS(plan, "no memory");
    memcpy(plan, data + 1, bytes - 1);
    if ((how & 1) && bytes - 1 >= sizeof(struct plan_header)) {
        struct plan_header *h = plan;
        memcpy(h->magic, PLAN_MAGIC, 8);
        h->version = PLAN_VERSION;
        h->bytes = (uint32_t)(bytes - 1);
    }
    if (bench_plan_check(plan, bytes - 1, why, sizeof(why)) == 0)
        execute(plan, how);
    else
        FUZZ_HOLDS(*why, "refused without a reason");
    free(plan);
}
