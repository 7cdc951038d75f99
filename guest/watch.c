/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One poll loop and four phases. See watch.h.
 */
#define _GNU_SOURCE /* ppoll */
#include "guest/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* a process in the middle of a DMA unmap may need this long to die */
enum { LAST_BREATH_MS = 5000 };

uint64_t watch_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t watch_now_ms(void)
{
    return watch_now_ns() / 1000000;
}

static void send_signal(const struct watch *watch, int number)
{
    if (watch->started && !watch->ended)
        kill(watch->driver->pid, number);
}

static void start_plan(struct watch *watch)
{
    watch->ready = true;
    watch->ready_ms = watch_now_ms();
    control_announce(watch->control, RS_ROLE_DRIVER,
                     watch->started ? (uint32_t)watch->driver->pid : 0, 0);
    control_write(watch->control, RS_CTL_GO, 1);
    watch->go_ns = watch_now_ns();
}

static void stop_driver(struct watch *watch, enum watch_stopper stopper)
{
    if (watch->ended || watch->phase >= WATCH_STOPPING)
        return;
    /* a process killed by the agent may still be giving its devices back */
    if (watch->stopper != WATCH_BY_AGENT)
        watch->stopper = stopper;
    watch->phase = WATCH_STOPPING;
    if (!watch->started)
        return;
    watch->deadline_ms = watch_now_ms() + watch->job->stop_grace_ms;
    if (!watch->job->stop_line || stopper != WATCH_BY_PLAN ||
        driver_type(watch->driver, watch->job->stop_line) < 0)
        send_signal(watch, watch->job->stop_signal);
}

static void deadline_passed(struct watch *watch)
{
    switch (watch->phase) {
    case WATCH_STARTING:
        stop_driver(watch, WATCH_BY_TIMEOUT);
        break;
    case WATCH_STOPPING:
        watch->phase = WATCH_KILLED;
        watch->deadline_ms = 0;
        send_signal(watch, SIGKILL);
        break;
    default:
        watch->deadline_ms = 0;
        break;
    }
}

static void obey_agent_order(struct watch *watch, uint32_t action)
{
    switch (action) {
    case WATCH_KILL:
    case WATCH_TERM:
        if (watch->phase < WATCH_STOPPING)
            watch->stopper = WATCH_BY_AGENT;
        send_signal(watch, action == WATCH_KILL ? SIGKILL : SIGTERM);
        break;
    case WATCH_STOP:
        send_signal(watch, SIGSTOP);
        break;
    case WATCH_CONTINUE:
        send_signal(watch, SIGCONT);
        break;
    default:
        dprintf(STDERR_FILENO, "init: the plan asks the agent for unknown action %u\n", action);
        break;
    }
}

static void take_interrupt(struct watch *watch)
{
    uint32_t causes = control_take_interrupt(watch->control);

    if (causes & RS_IRQ_AGENT)
        obey_agent_order(watch, control_read(watch->control, RS_CTL_AGENT));
    if (!(causes & RS_IRQ_OVER))
        return;
    watch->plan_over = true;
    if (watch->job->shell)
        dprintf(STDOUT_FILENO, "\r\ninit: the plan is over; leave the shell to end the run\r\n");
}

/* Every dead child is taken, whoever's it was: we are process 1. */
static void reap(struct watch *watch)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (steps_reaped(watch->steps, pid, status) || !watch->started ||
            pid != watch->driver->pid)
            continue;
        watch->ended = true;
        watch->wait_status = status;
        watch->end_ms = watch_now_ms();
        watch->deadline_ms = 0;
    }
}

static void take_signals(struct watch *watch)
{
    struct signalfd_siginfo info;

    while (read(watch->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
        if (info.ssi_signo == SIGUSR1 && watch->job->shell)
            watch->said_ready = true;
    reap(watch);
}

/* Takes what is there; closes the stream at its end. True: the ready text came. */
static bool drain(int *fd, struct capture *capture)
{
    char bytes[16 * 1024];
    bool ready = false;
    ssize_t length;

    while (*fd >= 0 && (length = read(*fd, bytes, sizeof(bytes))) != 0) {
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0 && errno == EAGAIN)
            return ready;
        if (length < 0)
            break;
        ready |= capture_feed(capture, bytes, (size_t)length);
    }
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return ready;
}

static void drain_both(struct watch *watch)
{
    if (drain(&watch->driver->out, watch->out))
        watch->said_ready = true;
    drain(&watch->driver->err, watch->err);
}

/* poll() until `deadline_ns` (UINT64_MAX: for ever). */
static int wait_for(struct pollfd *fds, nfds_t count, uint64_t deadline_ns)
{
    uint64_t now = watch_now_ns(), left = deadline_ns > now ? deadline_ns - now : 0;
    struct timespec timeout = {(time_t)(left / 1000000000), (long)(left % 1000000000)};

    int ready = ppoll(fds, count, deadline_ns == UINT64_MAX ? NULL : &timeout, NULL);
    return ready < 0 && errno != EINTR ? -errno : ready;
}

/* What the driver started and left behind must not hold its pipes or its devices. */
static void end_stragglers(struct watch *watch)
{
    struct pollfd fd = {.fd = watch->signals, .events = POLLIN};
    uint64_t deadline = watch_now_ms() + LAST_BREATH_MS;

    kill(-1, SIGKILL);
    while (waitpid(-1, NULL, WNOHANG) >= 0 && watch_now_ms() < deadline) {
        struct signalfd_siginfo info;
        if (wait_for(&fd, 1, deadline * 1000000) > 0 &&
            read(watch->signals, &info, sizeof(info)) < 0)
            return;
    }
}

static int start_driver(struct watch *watch)
{
    const struct job *job = watch->job;

    watch->start_ms = watch_now_ms();
    if (job->no_process) {
        watch->said_ready = true;
        return 0;
    }
    int result = driver_start(watch->driver, job, watch->why, watch->why_room);
    if (result < 0)
        return result;
    watch->started = true;
    if (!job->shell)
        watch->deadline_ms = watch->start_ms + job->ready_timeout_ms;
    watch->said_ready = !job->shell && !job->ready;
    return 0;
}

/* Once a driver was ready its end is no reason to leave steps out: they may be about it. */
static bool goes_on(const struct watch *watch)
{
    return !watch->ended || (watch->ready && watch->job->steps > 0);
}

/* Does what can be done without waiting. 0 or -errno. */
static int move_on(struct watch *watch)
{
    struct steps *steps = watch->steps;
    int result;

    watch->wake_ns = UINT64_MAX;
    for (;;) {
        switch (watch->phase) {
        case WATCH_PREPARING:
            if (!steps_run(steps, JOB_PREPARE, 0, &watch->wake_ns))
                return 0;
            if (steps_failed(steps, JOB_PREPARE) >= 0)
                return -ECANCELED;
            result = start_driver(watch);
            if (result < 0)
                return result;
            break;
        case WATCH_STARTING:
            if (!watch->said_ready || watch->ended)
                return 0;
            watch->deadline_ms = 0;
            break;
        case WATCH_BEFORE:
            if (watch->ended || !steps_run(steps, JOB_BEFORE, 0, &watch->wake_ns))
                return 0;
            start_plan(watch);
            break;
        case WATCH_RUNNING:
            if (watch->job->shell || !goes_on(watch) ||
                !steps_run(steps, JOB_DURING, watch->go_ns, &watch->wake_ns) || !watch->plan_over)
                return 0;
            break;
        case WATCH_AFTER:
            if (!goes_on(watch) || !steps_run(steps, JOB_AFTER, 0, &watch->wake_ns))
                return 0;
            stop_driver(watch, WATCH_BY_PLAN);
            watch->phase = WATCH_STOPPING; /* also of one that has ended already */
            return 0;
        default:
            return 0;
        }
        watch->phase++;
    }
}

static bool finished(const struct watch *watch)
{
    if (watch->started && !watch->ended)
        return false;
    if (!watch->started || (watch->ready && watch->job->steps > 0))
        return watch->phase >= WATCH_STOPPING;
    return watch->stopper != WATCH_BY_AGENT || !watch->ready || watch->plan_over;
}

/* When somebody must be looked after: the driver's deadline, or a step's. */
static uint64_t next_wake(const struct watch *watch)
{
    uint64_t deadline_ns = watch->deadline_ms ? watch->deadline_ms * 1000000 : UINT64_MAX;

    return watch->wake_ns < deadline_ns ? watch->wake_ns : deadline_ns;
}

int watch_run(struct watch *watch)
{
    watch->phase = WATCH_PREPARING;
    watch->stopper = WATCH_BY_SELF;
    int result = move_on(watch);

    while (result >= 0 && !finished(watch)) {
        struct pollfd fds[] = {
            {.fd = watch->signals, .events = POLLIN},
            {.fd = watch->driver->out, .events = POLLIN},
            {.fd = watch->driver->err, .events = POLLIN},
            {.fd = watch->control->interrupt, .events = POLLIN},
            {.fd = steps_descriptor(watch->steps), .events = POLLIN},
        };
        result = wait_for(fds, sizeof(fds) / sizeof(fds[0]), next_wake(watch));
        if (result < 0)
            break;
        /* output first: a ready line counts even if its writer has just died */
        drain_both(watch);
        steps_drain(watch->steps);
        if (fds[3].revents)
            take_interrupt(watch);
        if (fds[0].revents)
            take_signals(watch);
        if (watch->deadline_ms && watch_now_ms() >= watch->deadline_ms)
            deadline_passed(watch);
        result = move_on(watch);
    }
    end_stragglers(watch);
    drain_both(watch);
    return result < 0 ? result : 0;
}
