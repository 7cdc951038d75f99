/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Link state: see link.h. The link is up a fixed time after all its conditions hold, and down at
 * once when one of them fails. One place decides (link_update); everything that may change a
 * condition calls it.
 */
#include "model/nic/link.h"

#include "model/nic/nic_priv.h"

enum { SPEED_MBPS = 10000 };

static bool module_present(const struct nic_state *st)
{
    return st->config.module != NIC_MODULE_NONE;
}

bool nic_laser_on(const struct nic *n)
{
    uint32_t esdp = n->st->reg[R_ESDP];

    return module_present(n->st) && !(esdp & ESDP_SDP3 && esdp & ESDP_SDP3_OUT);
}

bool nic_link_up(const struct nic *n)
{
    return (n->st->reg[R_LINKS] & LINKS_UP) != 0;
}

/* An SFP+ port knows one way: 10 Gb/s serial. Any other LMS finds no partner. */
static bool conditions_hold(const struct nic *n)
{
    const uint32_t *reg = n->st->reg;

    return n->st->link.carrier && nic_laser_on(n) && !(reg[R_AUTOC2] & AUTOC2_LINK_DISABLE) &&
           (reg[R_AUTOC] & AUTOC_LMS) == AUTOC_LMS_10G_SERIAL;
}

static void set_up(struct nic *n, bool up)
{
    n->st->link.training = false;
    n->st->reg[R_LINKS] = up ? LINKS_UP | LINKS_SPEED_10G : 0;
    nic_emit(n, NIC_EV_link, 0, up, up ? SPEED_MBPS : 0, 0);
    nic_tx_link_changed(n, up);
}

static void change(struct nic *n, bool up)
{
    set_up(n, up);
    nic_irq_cause(n, EICR_LSC);
}

static void train(struct nic *n)
{
    struct nic_link *l = &n->st->link;

    l->training = true;
    l->up_at_ps = nic_now(n) + n->st->config.timing.link_up_ps;
    nic_alarm_set(n, &l->alarm, l->up_at_ps, NIC_TIMER_LINK, 0);
}

static void link_update(struct nic *n)
{
    struct nic_link *l = &n->st->link;
    bool up = nic_link_up(n);
    bool laser = nic_laser_on(n);

    if (laser != l->laser) {
        l->laser = laser;
        nic_emit(n, NIC_EV_laser, 0, laser, 0, 0);
    }
    if (n->st->reg[R_AUTOC] & AUTOC_FLU) { /* [I-32] */
        if (!up)
            change(n, true);
    } else if (!conditions_hold(n)) {
        l->training = false;
        if (up)
            change(n, false);
    } else if (!up && !l->training) {
        train(n);
    }
}

void nic_link_fire(struct nic *n, const struct sched_event *e)
{
    struct nic_link *l = &n->st->link;

    nic_alarm_fired(&l->alarm);
    if (!l->training)
        return;
    if (nic_now(n) >= l->up_at_ps)
        change(n, true);
    else
        nic_alarm_set(n, &l->alarm, l->up_at_ps, NIC_TIMER_LINK, 0);
}

void nic_carrier(struct nic *n, bool present)
{
    if (!present && n->st->link.carrier && nic_link_up(n))
        nic_stats_local_fault(n);
    n->st->link.carrier = present;
    link_update(n);
}

/* SDP2 follows the cage; either edge is a cause when GPIE wants it [I-102]. */
void nic_module(struct nic *n, enum nic_module module)
{
    bool was = module_present(n->st);

    if ((unsigned)module > NIC_MODULE_DA)
        return;
    n->st->config.module = (uint8_t)module;
    nic_i2c_module_changed(n);
    link_update(n);
    if (was != module_present(n->st) && n->st->reg[R_GPIE] & GPIE_SDP2)
        nic_irq_cause(n, EICR_GPI_SDP2);
}

void nic_link_drop(struct nic *n)
{
    n->st->link.training = false;
    if (nic_link_up(n))
        set_up(n, false);
}

void nic_link_reset(struct nic *n, int kind)
{
    link_update(n);
}

/* ---- registers ---- */

uint32_t nic_esdp_read(struct nic *n, uint32_t index)
{
    uint32_t esdp = n->st->reg[R_ESDP];
    uint32_t output = esdp >> ESDP_DIR_SHIFT & ESDP_DATA;
    uint32_t pins = module_present(n->st) ? ESDP_SDP2 : 0;

    return (esdp & ~(uint32_t)ESDP_DATA) | (esdp & output) | (pins & ~output);
}

void nic_esdp_write(struct nic *n, uint32_t index, uint32_t value)
{
    nic_reg_store(n, R_ESDP, 0, value);
    link_update(n);
}

void nic_autoc_write(struct nic *n, uint32_t index, uint32_t value)
{
    nic_reg_store(n, R_AUTOC, 0, value);
    if (value & AUTOC_AN_RESTART) {
        n->st->link.training = false;
        if (nic_link_up(n))
            change(n, false);
    }
    link_update(n);
}

void nic_autoc2_write(struct nic *n, uint32_t index, uint32_t value)
{
    nic_reg_store(n, R_AUTOC2, 0, value);
    link_update(n);
}
