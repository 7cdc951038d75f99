/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A process that is disturbed lives on; every `stop` of its monitor is followed by a `cont`;
 * nothing of the group is left.
 */
#include "harness/run/disturb.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mk/run_tests.h"

/* What the fake host saw, shared with it. */
static struct seen {
    uint64_t requests, stops, conts;
} *seen;

/* Answers like a monitor: an event now and then, an error to what it does not know. */
static void serve(int fd)
{
    FILE *from = fdopen(fd, "r");
    char line[512];

    while (from && fgets(line, sizeof(line), from)) {
        const char *answer = strstr(line, "\"execute\"") ? "{\"event\":\"X\"}\n{\"return\":{}}\n"
                                                         : "{\"error\":{}}\n";

        seen->requests++;
        seen->stops += strstr(line, "\"stop\"") != NULL;
        seen->conts += strstr(line, "\"cont\"") != NULL;
        if (write(fd, answer, strlen(answer)) < 0)
            break;
    }
    for (;;)
        pause();
}

START_TEST(disturbed)
{
    struct rs_disturb d;
    struct rs_disturbed counts;
    pid_t host, group;

    seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(seen, MAP_FAILED);
    rs_disturb_init(&d);
    ck_assert_int_eq(rs_disturb_connect(&d), 0);
    host = fork();
    if (host == 0)
        serve(d.far);
    ck_assert_int_eq(rs_disturb_begin(&d, host), 0);
    group = d.pid;
    for (unsigned i = 0; i < 100; i++) {
        usleep(50000);
        if (d.counts->freezes > 3 && d.counts->stops > 3 && d.counts->bursts > 3 &&
            d.counts->moves > 3 && d.counts->requests > 3)
            break;
    }
    ck_assert_int_eq(waitpid(host, NULL, WNOHANG), 0); /* it lives on */
    ck_assert_int_eq(kill(host, SIGKILL), 0);
    ck_assert_int_eq(waitpid(host, NULL, 0), host);
    counts = rs_disturb_end(&d);
    ck_assert_uint_gt(counts.bursts, 3);
    ck_assert_uint_gt(counts.moves, 3);
    ck_assert_uint_gt(counts.freezes, 3);
    ck_assert_uint_gt(counts.requests, 3);
    ck_assert_uint_gt(counts.stops, 3);
    ck_assert_uint_ge(seen->requests, counts.requests);
    ck_assert_uint_ge(seen->stops, counts.stops);
    ck_assert_uint_le(seen->stops - seen->conts, 1); /* one may be cut off by the end */
    for (unsigned i = 0; i < 500 && kill(-group, 0) == 0; i++)
        usleep(10000); /* init has them to reap */
    ck_assert_int_ne(kill(-group, 0), 0);
    munmap(seen, sizeof(*seen));
}
END_TEST

START_TEST(never_begun)
{
    struct rs_disturb d;

    rs_disturb_init(&d);
    ck_assert_uint_eq(rs_disturb_end(&d).moves, 0);
    ck_assert_int_eq(rs_disturb_connect(&d), 0);
    rs_disturb_end(&d);
    ck_assert_int_eq(d.far, -1);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("disturb");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, disturbed);
    tcase_add_test(tc, never_begun);
    return RUN_TESTS("disturb", tc);
}
