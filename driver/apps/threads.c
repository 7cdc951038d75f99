/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See threads.h. Workers share nothing but three flags: packets stay with the worker whose queue
 * they came from. Before a port is reset all of them park.
 */
#define _GNU_SOURCE /* CPU affinity */
#include "driver/apps/threads.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CONTROL_US = 1000, PARKED_US = 100, PARK_DEADLINE_US = 2000000 };

struct crew {
    atomic_bool stop, park;
    atomic_uint parked;
};

struct hand {
    struct crew *crew;
    struct ixd_worker *worker;
    pthread_t thread;
    int rc;
    struct ixd_error err;
};

static void pause_us(unsigned us)
{
    struct timespec time = {.tv_nsec = us * 1000l};

    nanosleep(&time, NULL);
}

static void stay_parked(struct crew *crew)
{
    atomic_fetch_add(&crew->parked, 1);
    while (atomic_load(&crew->park) && !atomic_load(&crew->stop))
        pause_us(PARKED_US);
    atomic_fetch_sub(&crew->parked, 1);
}

static void *work(void *context)
{
    struct hand *h = context;

    while (!atomic_load_explicit(&h->crew->stop, memory_order_relaxed)) {
        if (atomic_load(&h->crew->park))
            stay_parked(h->crew);
        h->rc = ixd_worker_step(h->worker, &h->err);
        if (h->rc < 0)
            atomic_store(&h->crew->stop, true);
    }
    return NULL;
}

/* Not being able to choose the CPU is no reason to fail. */
static void pin(pthread_t thread, unsigned number)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    cpu_set_t set;

    if (cpus < 2)
        return;
    CPU_ZERO(&set);
    CPU_SET(number % cpus, &set);
    pthread_setaffinity_np(thread, sizeof(set), &set);
}

/* Signals are for the thread that looks after the rest. */
static int start(struct hand *h, struct ixd_error *err)
{
    sigset_t all, before;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&h->thread, NULL, work, h);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc)
        return ixd_fail(err, -rc, "worker %u: no thread: %s", h->worker->number, strerror(rc));
    pin(h->thread, h->worker->number);
    return 0;
}

static int mend(struct ixd_app *app, struct crew *crew, struct ixd_error *err)
{
    unsigned waited_us = 0;
    int rc;

    atomic_store(&crew->park, true);
    while (atomic_load(&crew->parked) < app->workers) {
        if (atomic_load(&crew->stop))
            return 0;
        if (waited_us >= PARK_DEADLINE_US)
            return ixd_fail(err, -ETIMEDOUT, "workers did not come to rest within %d us",
                            PARK_DEADLINE_US);
        pause_us(PARKED_US);
        waited_us += PARKED_US;
    }
    rc = ixd_app_mend(app, err);
    atomic_store(&crew->park, false);
    return rc;
}

static int control(struct ixd_app *app, struct crew *crew, const volatile sig_atomic_t *stop,
                   struct ixd_error *err)
{
    int rc = 0;

    while (rc == 0 && !*stop && !atomic_load(&crew->stop)) {
        pause_us(CONTROL_US);
        rc = ixd_app_look(app, err);
        if (rc == 0 && ixd_app_broken(app))
            rc = mend(app, crew, err);
    }
    return rc;
}

int ixd_app_run_threads(struct ixd_app *app, const volatile sig_atomic_t *stop,
                        struct ixd_error *err)
{
    static struct hand hand[IXD_APP_WORKERS_MAX];
    struct crew crew = {false};
    unsigned started = 0;
    int rc = 0;

    while (rc == 0 && started < app->workers) {
        hand[started] = (struct hand){.crew = &crew, .worker = &app->worker[started]};
        rc = start(&hand[started], err);
        started += rc == 0;
    }
    if (rc == 0)
        rc = control(app, &crew, stop, err);
    atomic_store(&crew.stop, true);
    for (unsigned i = 0; i < started; i++) {
        pthread_join(hand[i].thread, NULL);
        if (rc == 0 && hand[i].rc < 0) {
            rc = hand[i].rc;
            if (err)
                *err = hand[i].err;
        }
    }
    return rc;
}
