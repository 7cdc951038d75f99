/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A group of processes that disturbs one host: see disturb.h. What it does when is random on
 * purpose: a run must give the same result in any of it. The group dies with the tool.
 */
#include "harness/run/disturb.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS_MAX = 64, LINE_MAX_BYTES = 4096 };

/* ---- chance and time ---- */

static uint64_t state;

static uint64_t below(uint64_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % n;
}

static uint64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void nap(uint64_t us)
{
    usleep((useconds_t)us);
}

static void count(uint64_t *what)
{
    __atomic_fetch_add(what, 1, __ATOMIC_RELAXED);
}

/* ---- processors ---- */

/* One of those that this process had at the start, or all of them. */
static void somewhere(pid_t thread, const cpu_set_t *all)
{
    unsigned left = (unsigned)below((uint64_t)CPU_COUNT(all) + 1);
    cpu_set_t one;

    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE && left > 0; cpu++)
        if (CPU_ISSET(cpu, all) && --left == 0)
            CPU_SET(cpu, &one);
    sched_setaffinity(thread, sizeof(one), CPU_COUNT(&one) ? &one : all);
}

/* A busy process: at work, at rest, of this priority or that. */
static void burn(struct rs_disturbed *counts, const cpu_set_t *all)
{
    for (;;) {
        const uint64_t until = now_us() + below(20000);

        setpriority(PRIO_PROCESS, 0, (int)below(20));
        somewhere(0, all);
        while (now_us() < until)
            ;
        count(&counts->bursts);
        nap(below(8000));
    }
}

/* ---- threads of the host ---- */

static unsigned threads_of(pid_t target, pid_t threads[THREADS_MAX])
{
    char path[64];
    unsigned n = 0;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%d/task", target);
    dir = opendir(path);
    for (struct dirent *entry; dir && n < THREADS_MAX && (entry = readdir(dir));)
        if (entry->d_name[0] != '.')
            threads[n++] = (pid_t)strtol(entry->d_name, NULL, 10);
    if (dir)
        closedir(dir);
    return n;
}

/* Moves a thread to the back or to the front of a queue; stops all of them now and then. */
static void jostle(const struct rs_disturb *d, const cpu_set_t *all)
{
    pid_t threads[THREADS_MAX];
    unsigned n;

    for (;;) {
        n = threads_of(d->target, threads);
        if (n > 0) {
            const pid_t thread = threads[below(n)];

            setpriority(PRIO_PROCESS, (id_t)thread, (int)below(20));
            somewhere(thread, all);
            count(&d->counts->moves);
        }
        if (below(5) == 0) {
            kill(d->target, SIGSTOP);
            nap(below(5000));
            kill(d->target, SIGCONT);
            count(&d->counts->freezes);
        }
        nap(below(4000));
    }
}

/* ---- the monitor ---- */

/* Sends a request and reads until it is answered. False: nobody is there any more. */
static bool ask(int fd, const char *request)
{
    static char text[LINE_MAX_BYTES];
    size_t used = 0;
    ssize_t got;
    char c;

    if (send(fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request))
        return false;
    for (;;) {
        got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        if (c != '\n') {
            text[used] = c;
            used += used < sizeof(text) - 1;
            continue;
        }
        text[used] = '\0';
        used = 0;
        if (strstr(text, "\"return\"") || strstr(text, "\"error\""))
            return true;
    }
}

#define DO(name) "{\"execute\":\"" name "\"}\n"
#define TYPE(line)                                                                                 \
    "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"" line "\"}}\n"

/* Asks as fast as it gets answers for a while, stops the machine now and then, is silent. */
static void poll_monitor(int fd, struct rs_disturbed *counts)
{
    static const char *const requests[] = {
        DO("query-status"), DO("query-cpus-fast"), DO("query-chardev"), DO("query-iothreads"),
        TYPE("info registers -a"), TYPE("info irq"), TYPE("x 0xfff0"),
    };
    bool alive = ask(fd, DO("qmp_capabilities"));

    while (alive) {
        for (uint64_t n = below(64); alive && n > 0; n--) {
            alive = ask(fd, requests[below(sizeof(requests) / sizeof(requests[0]))]);
            count(&counts->requests);
        }
        if (alive && below(2) == 0) {
            alive = ask(fd, DO("stop"));
            nap(below(2) * below(3000));
            alive = alive && ask(fd, DO("cont"));
            count(&counts->stops);
        }
        nap(below(2) * below(5000));
    }
}

/* ---- the group ---- */

/* A process of the group. Returns 0 in it, else its pid or -1. */
static pid_t member(uint64_t seed)
{
    const pid_t parent = getpid(), pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(0);
        state = seed * 0x9e3779b97f4a7c15u | 1;
    }
    return pid;
}

static void lead(const struct rs_disturb *d)
{
    const struct sigaction plain = {.sa_handler = SIG_DFL};
    cpu_set_t all;

    sigaction(SIGTERM, &plain, NULL);
    setpgid(0, 0);
    CPU_ZERO(&all);
    sched_getaffinity(0, sizeof(all), &all);
    for (int i = 0; i < CPU_COUNT(&all); i++)
        if (member(now_us() + (uint64_t)i) == 0)
            burn(d->counts, &all);
    if (d->near >= 0 && member(now_us()) == 0) {
        poll_monitor(d->near, d->counts);
        _exit(0);
    }
    jostle(d, &all);
}

void rs_disturb_init(struct rs_disturb *d)
{
    *d = (struct rs_disturb){.near = -1, .far = -1};
}

int rs_disturb_connect(struct rs_disturb *d)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    d->near = ends[0];
    d->far = ends[1];
    return 0;
}

int rs_disturb_begin(struct rs_disturb *d, pid_t target)
{
    d->target = target;
    d->counts = mmap(NULL, sizeof(*d->counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                     -1, 0);
    if (d->counts == MAP_FAILED) {
        d->counts = NULL;
        return -errno;
    }
    if (d->far >= 0)
        close(d->far);
    d->far = -1;
    d->pid = member(now_us());
    if (d->pid == 0)
        lead(d);
    if (d->pid < 0) {
        d->pid = 0;
        return -errno;
    }
    setpgid(d->pid, d->pid); /* here too: it must exist before we may kill it */
    return 0;
}

struct rs_disturbed rs_disturb_end(struct rs_disturb *d)
{
    struct rs_disturbed counts = {0};

    if (d->pid) {
        kill(-d->pid, SIGKILL);
        while (waitpid(d->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (d->counts) {
        counts = *d->counts;
        munmap(d->counts, sizeof(*d->counts));
    }
    if (d->near >= 0)
        close(d->near);
    if (d->far >= 0)
        close(d->far);
    rs_disturb_init(d);
    return counts;
}
