/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Driver profiles: what a good one becomes in a job, and what is said of a bad one.
 */
#include "harness/scenario/driver_profile.h"

#include <string.h>
#include <unistd.h>

#include "mk/run_tests.h"

#define RX   "rx: {ring: 512, instructions-per-burst: 84, instructions-per-packet: 72}\n"
#define TX   "tx: {ring: 256, instructions-per-burst: 44, instructions-per-packet: 36"
#define GOOD "name: x\nwhy: y\n" RX TX ", report: 8, clean: 16, pthresh: 32}\n"

static char path[] = "/tmp/ringside-profile-XXXXXX";

static struct driver_profile *load(const char *text, struct diag *diag)
{
    strcpy(path + sizeof(path) - 7, "XXXXXX");
    int file = mkstemp(path);

    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    struct driver_profile *p = rs_driver_profile_load(path, diag);
    unlink(path);
    return p;
}

START_TEST(becomes_a_job)
{
    struct scenario_driver driver = {.batch = 4};
    struct diag diag;

    rs_diag_init(&diag);
    struct driver_profile *p = load(GOOD, &diag);
    ck_assert_ptr_nonnull(p);
    GString *job = g_string_new(NULL);
    rs_driver_profile_job(p, &driver, job);
    static const char *const lines[] = {"argv batch=4\n", "argv rx-ring=512\n",
                                        "argv tx-ring=256\n", "argv tx-report=8\n",
                                        "argv tx-pthresh=32\n", "argv rx-burst-cost=84\n",
                                        "argv buffers=4096\n", "argv rx-buffer=512\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        ck_assert_msg(strstr(job->str, lines[i]), "no '%s'in\n%s", lines[i], job->str);
    driver.rings = 2048; /* more buffers than the profile has */
    g_string_truncate(job, 0);
    rs_driver_profile_job(p, &driver, job);
    ck_assert_ptr_nonnull(strstr(job->str, "argv tx-ring=2048\n"));
    ck_assert_ptr_nonnull(strstr(job->str, "argv buffers=8196\n"));
    g_string_free(job, TRUE);
    rs_driver_profile_free(p);
    rs_diag_fini(&diag);
}
END_TEST

static const struct {
    const char *text, *sentence;
} bad[] = {
    {"name: x\nwhy: y\n" RX, "lacks the key 'tx'"},
    {"name: x\nwhy: y\n" RX TX ", report: 8, clean: 12}\n", "12 is no multiple of report: 8"},
    {"name: x\nwhy: y\n" RX TX ", raport: 8}\n", "did you mean 'report'?"},
    {"name: x\nwhy: y\nrx: {ring: 60, instructions-per-burst: 1, instructions-per-packet: 1}\n" TX
     "}\n", "multiples of 8"},
};

START_TEST(says_what_is_wrong)
{
    struct diag diag;

    rs_diag_init(&diag);
    ck_assert_ptr_null(load(bad[_i].text, &diag));
    ck_assert_uint_gt(diag.errors, 0);
    ck_assert_msg(strstr(diag.item[0].message, bad[_i].sentence), "'%s' says nothing of '%s'",
                  diag.item[0].message, bad[_i].sentence);
    rs_diag_fini(&diag);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("profiles");

    tcase_add_test(c, becomes_a_job);
    tcase_add_loop_test(c, says_what_is_wrong, 0, G_N_ELEMENTS(bad));
    return RUN_TESTS("harness/driver_profile", c);
}
