/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The instant at which init has booted and nothing of a job has been read. What the guest has done
 * to bench and ports until then fits in struct bench_base, with no plan in it; the bench is made
 * anew from it and from its plan. A machine that was restored there and one that booted do the
 * same, so all that follows is the same.
 */
#include <errno.h>

#include "model/bench/bench_priv.h"
#include "model/bench/control_abi.h"

enum { COMMAND = 0x04 }; /* of the configuration space: what turns the rest on comes last */

int bench_base_get(struct bench *b, struct bench_base *out)
{
    const struct plan_run *run = &b->st->run;
    if (b->inside || run->phase != PHASE_BOOT || run->end != REPORT_END_NONE)
        return -EBUSY;
    memset(out, 0, sizeof(*out));
    out->ports = b->st->ports;
    out->virtual_ns = b->st->clock.latest_vns;
    out->pid = run->ctl_pid;
    out->generation = run->ctl_generation;
    out->irq_enable = run->irq_enable;
    for (unsigned port = 0; port < out->ports; port++)
        for (uint32_t at = 0; at < NIC_CONFIG_BYTES; at += 4)
            out->config[port][at / 4] = nic_config_read(&b->nic[port], at, 4);
    return 0;
}

/* What the guest could write and has written; the rest is the plan's, as the serial number is. */
static void write_config(struct nic *nic, const uint32_t *config, uint32_t at)
{
    uint32_t writable;
    memcpy(&writable, nic_config_write_mask() + at, sizeof(writable));
    if ((nic_config_read(nic, at, 4) ^ config[at / 4]) & writable)
        nic_config_write(nic, at, config[at / 4], 4);
}

int bench_base_set(struct bench *b, const struct bench_base *base, const char **why)
{
    const struct bench_config config = {.ports = (uint8_t)b->st->ports};
    if (b->inside || base->ports != b->st->ports) {
        *why = "the base is of a machine with another number of ports";
        return -EINVAL;
    }
    int err = bench_init(b, b->st, &config, b->plan, b->ops, b->host, why);
    if (err)
        return err;
    bench_enter(b, base->virtual_ns); /* the ports lay idle that long */
    b->inside++;
    for (unsigned port = 0; port < base->ports; port++) {
        for (uint32_t at = COMMAND + 4; at < NIC_CONFIG_BYTES; at += 4)
            write_config(&b->nic[port], base->config[port], at);
        write_config(&b->nic[port], base->config[port], COMMAND);
    }
    b->st->run.ctl_pid = base->pid;
    b->st->run.ctl_generation = base->generation;
    b->st->run.irq_enable = base->irq_enable;
    memset(&b->st->trace, 0, sizeof(b->st->trace)); /* the run's events begin here */
    trace_wire_up(b);
    trace_emit(b, BENCH_EV_mark, BENCH_CONTROL, 0, RS_MARK_BOOTED, base->virtual_ns, 0);
    b->inside--;
    bench_settle(b);
    return 0;
}
