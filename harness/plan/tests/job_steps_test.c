/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a driver description and the steps of a scenario make of a job.
 */
#include "harness/plan/job_steps.h"

#include "harness/scenario/description.h"
#include "harness/tests/parse.h"

static const char description[] =
    "name: d\nwhy: w\nmodules: [ixgbe RSS=4, veth -]\nbind: ixgbe\n"
    "prepare: |\n  ip link set eth0 up\n";
static const char steps[] =
    "name: t\nwhy: w\ndriver: {app: fwd}\nguest:\n"
    "  - {name: a, when: before, run: echo 1}\n"
    "  - {name: b, at: 1.5ms, deadline: 3s, run: \"echo ${x}\"}\n"
    "  - {name: c, when: after, run: echo 3}\n";

static void write_job(struct job *job, const char *said)
{
    struct diag diag;

    rs_description_impose("/d.yaml");
    rs_description_provide("/d.yaml", said, NULL);
    struct scenario *s = parse_good(steps);
    rs_diag_init(&diag);
    ck_assert_int_eq(rs_job_write(s, &s->cases[0], &diag, job), 0);
    ck_assert_uint_eq(rs_job_steps_ps(&s->cases[0]), 1500000000ull + 13000000000000ull);
    rs_diag_fini(&diag);
    rs_scenario_free(s);
    rs_description_impose(NULL);
    rs_description_provide(NULL, NULL, NULL);
}

static const char *file(const struct job *job, const char *inside)
{
    for (size_t i = 0; i < job->file_count; i++)
        if (!strcmp(job->file[i].inside, inside))
            return job->file[i].text;
    return NULL;
}

START_TEST(kernel_driver)
{
    struct job job;

    write_job(&job, description);
    ck_assert_ptr_nonnull(strstr(job.text, "\niommu none\nbind 8086:10fb ixgbe\n"));
    ck_assert_ptr_nonnull(strstr(job.text, "\nmodule ixgbe RSS=4\nno-process\n"
                                           "step prepare 0 30000 prepare\n"
                                           "step before 0 10000 a\n"
                                           "step during 1500000 3000 b\n"
                                           "step after 0 10000 c\n"));
    ck_assert_ptr_null(strstr(job.text, "veth")); /* lies there, is not loaded */
    ck_assert_ptr_null(strstr(job.text, "argv"));
    ck_assert_str_eq(file(&job, "steps/prepare"), "ip link set eth0 up\n");
    ck_assert_str_eq(file(&job, "steps/b"), "echo ${x}\n"); /* a variable of the shell's */
    rs_job_fini(&job);
}
END_TEST

START_TEST(program_with_a_command_line)
{
    struct job job;

    write_job(&job, "name: d\nwhy: w\napps: [fwd]\ncommand: [/bin/x, a b]\ninput: fifo\n"
                    "prompt: 'd> '\nstop-line: quit now\nuser: 0\n");
    ck_assert_ptr_nonnull(strstr(job.text, "\ninput\nterminal\nstop-line quit now\n"
                                           "env PROMPT=d> \nstep before "));
    ck_assert_ptr_nonnull(strstr(job.text, "\nargv /bin/x\nargv a b\n"));
    ck_assert_ptr_null(strstr(job.text, "no-process"));
    ck_assert_ptr_null(file(&job, "steps/prepare"));
    ck_assert_str_eq(job.file[0].inside, "bin/fwd");
    rs_job_fini(&job);
}
END_TEST

START_TEST(pipe_and_library)
{
    struct job job;
    char folder[] = "/tmp/ringside-job-XXXXXX", *path, *text;

    ck_assert_ptr_nonnull(g_mkdtemp(folder));
    path = g_build_filename(folder, "functions.sh", NULL);
    g_file_set_contents(path, "f() { :; }\n", -1, NULL);
    text = g_strdup_printf("name: d\nwhy: w\ncommand: [/bin/x]\noutput: pipe\nlibrary: %s\n", path);
    write_job(&job, text);
    ck_assert_ptr_null(strstr(job.text, "terminal"));
    ck_assert_str_eq(file(&job, "steps/a"), ". /job/library.sh\necho 1\n");
    ck_assert_str_eq(job.file[0].inside, "library.sh");
    ck_assert_str_eq(job.file[0].host, path);
    rs_job_fini(&job);
    remove(path);
    remove(folder);
    g_free(path);
    g_free(text);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("jobs");

    tcase_add_test(all, kernel_driver);
    tcase_add_test(all, program_with_a_command_line);
    tcase_add_test(all, pipe_and_library);
    return run_tests("harness/job_steps", (TCase *const[]){all, NULL});
}
