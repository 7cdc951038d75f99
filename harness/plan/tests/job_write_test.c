/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The job from the driver section: its text and its files.
 */
#include "harness/plan/job_write.h"

#include <errno.h>

#include "harness/tests/parse.h"

static int write_job(const char *text, struct job *job, char **wrong)
{
    struct scenario *s = parse_good(text);
    struct diag diag;

    rs_diag_init(&diag);
    int error = rs_job_write(s, &s->cases[0], &diag, job);
    *wrong = complaints(&diag);
    rs_diag_fini(&diag);
    rs_scenario_free(s);
    return error;
}

START_TEST(app)
{
    struct job job;
    char *wrong;

    ck_assert_int_eq(write_job("name: t\nwhy: w\ndriver: {app: fwd, args: [--promisc, a b], rings: "
                               "96, batch: 8, wait: interrupt, env: [A=b c], stop: INT, "
                               "stop-grace: 1.5ms, memlock: 1GiB, user: 0, ready-timeout: 5s}\n",
                               &job, &wrong),
                     0);
    ck_assert_str_eq(job.text, "ringside-job 1\n"
                               "iommu vfio\n"
                               "bind 8086:10fb vfio-pci\n"
                               "user 0\n"
                               "memlock 1073741824\n"
                               "ready ringside: ready\n"
                               "ready-timeout 5000\n"
                               "stop INT 2\n"
                               "env A=b c\n"
                               "argv /job/bin/fwd\n"
                               "argv --port\nargv ${PORT0}\nargv --port\nargv ${PORT1}\n"
                               "argv --batch\nargv 8\n"
                               "argv --ring\nargv 96\n"
                               "argv --wait\nargv interrupt\n"
                               "argv --promisc\nargv a b\n");
    ck_assert_uint_eq(job.file_count, 1);
    ck_assert_str_eq(job.file[0].inside, "bin/fwd");
    ck_assert_str_eq(job.file[0].app, "fwd");
    ck_assert_ptr_null(job.file[0].host);
    ck_assert_uint_eq(job.file[0].mode, 0755);
    rs_job_fini(&job);
    g_free(wrong);
}
END_TEST

START_TEST(app_with_offloads)
{
    struct job job;
    char *wrong;

    ck_assert_int_eq(write_job("name: t\nwhy: w\ndriver: {app: fwd, queues: 4, mtu: 9000, "
                               "offloads: [tso, vlan], segment: 1400B}\n",
                               &job, &wrong),
                     0);
    ck_assert_ptr_nonnull(strstr(job.text, "argv --queues\nargv 4\n"
                                           "argv --mtu\nargv 9000\n"
                                           "argv --segment\nargv 1400\n"
                                           "argv --offloads\nargv tso,vlan\n"));
    rs_job_fini(&job);
    g_free(wrong);
}
END_TEST

START_TEST(one_port_app)
{
    struct job job;
    char *wrong;

    write_job("name: t\nwhy: w\nmachine: {ports: 1}\ndriver: {app: echo, ready: go}\n", &job,
              &wrong);
    ck_assert_ptr_nonnull(strstr(job.text, "ready go\n"));
    ck_assert_ptr_nonnull(strstr(job.text, "${PORT0}"));
    ck_assert_ptr_null(strstr(job.text, "${PORT1}"));
    rs_job_fini(&job);
    g_free(wrong);
}
END_TEST

/* Statements go into as few arguments as the lines of a job allow. */
static unsigned count_of(const char *word, const char *text)
{
    unsigned count = 0;

    for (; (text = strstr(text, word)) != NULL; text++)
        count++;
    return count;
}

START_TEST(scripts)
{
    GString *many = g_string_new("name: t\nwhy: w\ndriver:\n  app: poke\n  script:\n");
    struct job job;
    char *wrong;

    for (int i = 0; i < 500; i++)
        g_string_append(many, "    - RETA(0) = 1234567\n");
    ck_assert_int_eq(write_job(many->str, &job, &wrong), 0);
    ck_assert_ptr_nonnull(strstr(job.text, "argv --script\nargv RETA(0) = 1234567; RETA(0) = "));
    ck_assert_uint_eq(count_of("argv --script\n", job.text), 3);
    ck_assert_uint_eq(count_of("RETA(0)", job.text), 500);
    ck_assert_ptr_null(strstr(job.text, "\n\n"));
    rs_job_fini(&job);
    g_free(wrong);
    g_string_free(many, TRUE);
    write_job("name: t\nwhy: w\ndriver: {app: sink, registers: [CTRL_EXT = 1, FCTRL = 2]}\n", &job,
              &wrong);
    ck_assert_ptr_nonnull(
        strstr(job.text, "argv --registers\nargv CTRL_EXT = 1; FCTRL = 2; \n"));
    rs_job_fini(&job);
    g_free(wrong);
}
END_TEST

START_TEST(command)
{
    struct job job;
    char *wrong;

    ck_assert_int_eq(write_job("name: t\nwhy: w\nmachine: {iommu: off}\ndriver: {command: "
                               "[parse.h, -a, \"${PORT1}\"], files: [parse.h, "
                               "../module.mk], bind: uio_pci_generic}\n",
                               &job, &wrong),
                     0);
    ck_assert_ptr_nonnull(strstr(job.text, "iommu none\nbind 8086:10fb uio_pci_generic\n"));
    ck_assert_ptr_nonnull(
        strstr(job.text, "argv /job/files/parse.h\nargv -a\nargv ${PORT1}\n"));
    ck_assert_ptr_null(strstr(job.text, "\nready "));
    ck_assert_uint_eq(job.file_count, 2);
    ck_assert_str_eq(job.file[1].inside, "files/module.mk");
    ck_assert_str_eq(job.file[1].host, "harness/tests/../module.mk");
    ck_assert_uint_eq(job.file[1].mode, 0644);
    rs_job_fini(&job);
    g_free(wrong);
}
END_TEST

START_TEST(bad_files)
{
    struct job job;
    char *wrong;

    ck_assert_int_eq(write_job("name: t\nwhy: w\ndriver: {command: [/x], files: [nowhere, bad, "
                               "parse.h, ../tests/parse.h]}\n",
                               &job, &wrong),
                     -EINVAL);
    ck_assert_str_eq(wrong, "3:32: error: harness/tests/bad: not an ordinary file\n"
                            "3:32: error: harness/tests/nowhere: cannot be read: No such file or "
                            "directory\n"
                            "3:32: error: two files would both be /job/files/parse.h\n");
    ck_assert_ptr_null(job.text);
    g_free(wrong);
}
END_TEST

START_TEST(too_long)
{
    struct job job;
    char *wrong, *word = g_strnfill(5000, 'x');
    char *text = g_strdup_printf("name: t\nwhy: w\ndriver: {command: [/x, %s]}\n", word);

    ck_assert_int_eq(write_job(text, &job, &wrong), -EINVAL);
    ck_assert_ptr_nonnull(strstr(wrong, "line of more than"));
    g_free(wrong);
    g_free(text);
    g_free(word);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("job");

    tcase_add_test(t, app);
    tcase_add_test(t, app_with_offloads);
    tcase_add_test(t, one_port_app);
    tcase_add_test(t, scripts);
    tcase_add_test(t, command);
    tcase_add_test(t, bad_files);
    tcase_add_test(t, too_long);
    return run_tests("job_write", (TCase *[]){t, NULL});
}
