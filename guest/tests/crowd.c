/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A load for guests with several processors: a thread for each, with everything that makes the
 * order of their instructions matter. They fight for a lock, wake each other, sleep, and move from
 * processor to processor; the order in which they had the lock goes into the numbers it prints.
 *
 *     crowd ROUNDS         a line after each 50 of the first thread's
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { THREADS_MAX = 8 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static uint64_t order = 0xcbf29ce484222325u, entered;
static unsigned long rounds, threads;
static volatile uint64_t contended; /* without the lock, on purpose: lost updates count too */

static void move_to(unsigned long cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof(set), &set);
}

static void *run(void *arg)
{
    const unsigned long me = (unsigned long)arg;
    uint64_t seen;

    for (unsigned long i = 0; i < rounds; i++) {
        move_to((me + i / 16) % threads);
        for (unsigned long spin = 0; spin < 500 * (me + 1); spin++)
            contended = contended + 1;
        pthread_mutex_lock(&lock);
        order = (order ^ me) * 0x100000001b3u;
        seen = ++entered;
        if (me == 0 && i % 50 == 49) {
            printf("crowd: %lu threads, %llu entered, order %016llx, contended %llu\n", threads,
                   (unsigned long long)seen, (unsigned long long)order,
                   (unsigned long long)contended);
            fflush(stdout);
        }
        pthread_cond_broadcast(&turn);
        if (i % 4 == me % 4 && i + 1 < rounds) { /* until another thread has been here */
            struct timespec until;

            clock_gettime(CLOCK_REALTIME, &until);
            until.tv_nsec += 200000;
            until.tv_sec += until.tv_nsec / 1000000000;
            until.tv_nsec %= 1000000000;
            while (entered == seen && pthread_cond_timedwait(&turn, &lock, &until) == 0)
                ;
        }
        pthread_mutex_unlock(&lock);
        if (i % 8 == 0)
            nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread[THREADS_MAX];

    prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends with the driver that it accompanies */
    rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    threads = (unsigned long)sysconf(_SC_NPROCESSORS_ONLN);
    threads = threads > THREADS_MAX ? THREADS_MAX : threads;
    for (unsigned long i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, run, (void *)i) != 0)
            return 1;
    for (unsigned long i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    return 0;
}
