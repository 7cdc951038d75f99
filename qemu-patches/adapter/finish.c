/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The end of a run: instruction count, hash of the guest's memory, report, files, shutdown. A
 * report that exists is whole; none means that QEMU was killed. Knows no device.
 */
#include "qemu-patches/adapter/machine.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "exec/cpu-common.h"
#include "exec/memory.h"
#include "qemu/error-report.h"
#include "system/cpu-timers.h"
#include "system/runstate.h"

#include "trace-ringside.h"

struct memory_hash {
    XXH3_state_t *state;
    const void *excluded;
};

static int hash_block(RAMBlock *block, void *opaque)
{
    struct memory_hash *h = opaque;
    const char *name = qemu_ram_get_idstr(block);
    const void *host = qemu_ram_get_host_addr(block);
    uint64_t bytes = qemu_ram_get_used_length(block);

    if (host && host != h->excluded) {
        XXH3_128bits_update(h->state, name, strlen(name) + 1);
        XXH3_128bits_update(h->state, &bytes, sizeof(bytes));
        XXH3_128bits_update(h->state, host, bytes);
    }
    return 0;
}

/* XXH3-128 over all RAM blocks, each with name and size, in QEMU's own order: by size. */
static void hash_memory(const struct ringside_machine *m, uint64_t out[2])
{
    struct memory_hash h = {
        .state = XXH3_createState(),
        .excluded = m->mailbox ? memory_region_get_ram_ptr(m->mailbox) : NULL,
    };
    XXH128_hash_t hash;

    XXH3_128bits_reset(h.state);
    qemu_ram_foreach_block(hash_block, &h);
    hash = XXH3_128bits_digest(h.state);
    XXH3_freeState(h.state);
    out[0] = hash.low64;
    out[1] = hash.high64;
}

void ringside_finish(struct ringside_machine *m, bool wanted)
{
    char why[512] = "";
    int status, closed;

    if (!m->rec) {
        return;
    }
    trace_ringside_finish(wanted);
    bench_report(m->bench, m->report);
    m->report->guest_instructions_go = m->instructions_go;
    m->report->guest_instructions_over = m->instructions_over;
    if (wanted) { /* else the machine stopped somewhere: no instant to speak of */
        m->report->guest_instructions_end = icount_get_raw();
        for (int cpu = 0; cpu < REPORT_CPUS; cpu++) {
            m->report->guest_instructions_of[cpu] = icount_get_raw_of(cpu);
        }
        hash_memory(m, m->report->memory_hash);
    }
    status = rec_report(m->rec, m->report, why, sizeof(why));
    if (status < 0) {
        error_report("ringside: %s", why);
    }
    closed = rec_close(m->rec, why, sizeof(why));
    if (closed < 0 && status == 0) {
        error_report("ringside: %s", why);
    }
    m->rec = NULL;
    timer_del(m->wake);
    timer_del(m->grace);
    if (wanted) {
        qemu_system_shutdown_request_with_code(SHUTDOWN_CAUSE_GUEST_SHUTDOWN,
                                               status < 0 || closed < 0 ? EXIT_FAILURE : 0);
    }
}
