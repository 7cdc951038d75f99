/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A worker's turn: a round over its queues, the decision to sleep, and a look at its transmit
 * queues now and then. What is found wrong is left for ixd_app_mend(), which needs all workers to
 * rest.
 */
#include "driver/apps/worker.h"

enum {
    /* A look at the clock per so many rounds is not seen in the cost of a frame. */
    ROUNDS_PER_CHECK = 4096,
};
static const uint64_t check_ns = 10000000;

void ixd_worker_init(struct ixd_worker *w, struct ixd_app *app, unsigned number)
{
    *w = (struct ixd_worker){.app = app, .number = number, .rounds_to_check = ROUNDS_PER_CHECK};
    w->queues = (struct ixd_share){number, app->workers};
}

unsigned ixd_worker_round(struct ixd_worker *w)
{
    unsigned handled = w->app->kind->round(w->app, w);

    w->rounds++;
    w->idle_rounds = handled ? 0 : w->idle_rounds + 1;
    if (--w->rounds_to_check == 0) {
        w->rounds_to_check = ROUNDS_PER_CHECK;
        ixd_worker_check(w);
    }
    return handled;
}

void ixd_worker_check(struct ixd_worker *w)
{
    struct ixd_app *app = w->app;
    uint64_t now = app->bus[0]->ops->now_ns(app->bus[0]);

    if (now < w->next_check_ns)
        return;
    w->next_check_ns = now + check_ns;
    w->look = true;
    if (!app->options.tx_hang_ms)
        return;
    for (unsigned p = 0; p < app->ports; p++) {
        for (unsigned q = w->number; q < app->tx_queues; q += app->workers) {
            if (ixd_tx_hung(app->port[p], q, app->options.tx_hang_ms * UINT64_C(1000000)))
                __atomic_fetch_or(&w->hung, 1u << p, __ATOMIC_RELEASE);
        }
    }
}

bool ixd_worker_may_sleep(const struct ixd_worker *w)
{
    const struct ixd_app *app = w->app;

    if (app->options.wait == IXD_APP_POLL || app->done || !w->idle_rounds)
        return false;
    return app->options.wait == IXD_APP_INTERRUPT || w->idle_rounds >= app->options.idle_polls;
}

int ixd_worker_sleep(struct ixd_worker *w, struct ixd_share queues, bool link,
                     struct ixd_error *err)
{
    struct ixd_app *app = w->app;
    int rc = ixd_wait_queues(app->port, app->ports, queues, link, app->idle_ns, err);

    if (rc > 0) {
        w->wakeups++;
    } else if (rc == 0) {
        w->timeouts++; /* the next round finds what a lost message has hidden */
        ixd_worker_check(w);
    }
    return rc < 0 ? rc : 0;
}

int ixd_worker_step(struct ixd_worker *w, struct ixd_error *err)
{
    unsigned handled = ixd_worker_round(w);

    if (!ixd_worker_may_sleep(w))
        return handled;
    return ixd_worker_sleep(w, w->queues, false, err);
}
