/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The book of broken rules: how often each, per port, since power-on, and where each was broken
 * first. The rules themselves are the NIC's (model/nic/rules.def).
 */
#include "model/bench/bench_priv.h"

void contract_broken(struct bench *b, const struct nic_event *e)
{
    struct contract *c = &b->st->contract;
    unsigned port = NIC_FUNCTION_PORT(e->function);
    bool tx = e->b >> 16 & 1;
    if (e->a >= NIC_RULES)
        return;
    c->broken[port][e->a]++;
    for (uint32_t i = 0; i < c->kept; i++) {
        struct report_violation *v = &c->first[i];
        if (v->rule == e->a && v->port == port && v->queue == e->queue && v->tx == tx) {
            v->count++;
            return;
        }
    }
    if (c->kept < REPORT_VIOLATIONS)
        c->first[c->kept++] = (struct report_violation){
            .time_ps = e->time_ps, .detail = e->c, .count = 1, .rule = (uint16_t)e->a,
            .queue = (uint16_t)e->queue, .slot = (uint16_t)e->b, .port = (uint8_t)port, .tx = tx,
        };
}
