/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The job file: a full one, the defaults, and a corpus of bad ones, each with the line and a
 * part of the sentence that it must give.
 */
#include "guest/job.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "mk/run_tests.h"

static struct job job;
static struct job_error error;

static int parse(const char *text)
{
    memset(&error, 0, sizeof(error));
    return job_parse(&job, text, strlen(text), &error);
}

START_TEST(reads_every_key)
{
    ck_assert_int_eq(parse("ringside-job 1\n"
                           "iommu none\n"
                           "bind 8086:10fb vfio-pci\n"
                           "bind 1af4:1041 uio_pci_generic\n"
                           "user 0\n"
                           "memlock 536870912\n"
                           "ready listening on\n"
                           "ready-timeout 20001\n"
                           "stop INT 1500\n"
                           "env A=1\n"
                           "env LONG_NAME2=with = and space\n"
                           "argv /job/bin/fwd\n"
                           "argv --port\n"
                           "argv ${PORT0}\n"
                           "argv \n"),
                     0);
    ck_assert(!job.vfio);
    ck_assert_uint_eq(job.binds, 2);
    ck_assert_uint_eq(job.bind[0].vendor, 0x8086);
    ck_assert_uint_eq(job.bind[0].device, 0x10fb);
    ck_assert_str_eq(job.bind[0].driver, "vfio-pci");
    ck_assert_uint_eq(job.bind[1].device, 0x1041);
    ck_assert_str_eq(job.bind[1].driver, "uio_pci_generic");
    ck_assert_uint_eq(job.user, 0);
    ck_assert_uint_eq(job.memlock_bytes, 536870912);
    ck_assert_str_eq(job.ready, "listening on");
    ck_assert_uint_eq(job.ready_timeout_ms, 20001);
    ck_assert_int_eq(job.stop_signal, SIGINT);
    ck_assert_uint_eq(job.stop_grace_ms, 1500);
    ck_assert_uint_eq(job.envs, 2);
    ck_assert_str_eq(job.env[1], "LONG_NAME2=with = and space");
    ck_assert_uint_eq(job.args, 4);
    ck_assert_str_eq(job.arg[0], "/job/bin/fwd");
    ck_assert_str_eq(job.arg[3], "");
    ck_assert(!job.shell);
}
END_TEST

START_TEST(has_the_documented_defaults)
{
    ck_assert_int_eq(parse("ringside-job 1\nargv /job/bin/fwd\n"), 0);
    ck_assert(job.vfio);
    ck_assert_uint_eq(job.binds, 0);
    ck_assert_uint_eq(job.user, 1000);
    ck_assert_uint_eq(job.memlock_bytes, 64 * 1024 * 1024);
    ck_assert_ptr_null(job.ready);
    ck_assert_uint_eq(job.ready_timeout_ms, 20000);
    ck_assert_int_eq(job.stop_signal, SIGTERM);
    ck_assert_uint_eq(job.stop_grace_ms, 2000);
    ck_assert_int_eq(parse("ringside-job 1\nshell\n"), 0);
    ck_assert(job.shell);
}
END_TEST

#define HEAD "ringside-job 1\n"
#define TAIL "argv /a\n"

static const struct {
    const char *text;
    unsigned line;
    const char *part;
} bad[] = {
    {"", 0, "empty"},
    {"ringside-job 2\n" TAIL, 1, "expected 'ringside-job 1'"},
    {"ringside-job 1 \n" TAIL, 1, "expected 'ringside-job 1'"},
    {"argv /a\n", 1, "first line"},
    {HEAD, 0, "neither argv nor shell"},
    {HEAD "argv /a", 2, "no newline"},
    {HEAD "\n" TAIL, 2, "unknown key"},
    {HEAD "# comment\n" TAIL, 2, "unknown key"},
    {HEAD "argument /a\n", 2, "unknown key in 'argument /a'"},
    {HEAD "Argv /a\n", 2, "unknown key"},
    {HEAD " argv /a\n", 2, "unknown key"},
    {HEAD "argv\n", 2, "argv has no value"},
    {HEAD "argv fwd\n", 0, "absolute path"},
    {HEAD "argv \n", 0, "absolute path"},
    {HEAD "argv /a\tb\n", 2, "control character 0x09"},
    {HEAD "argv /a\r\n", 2, "control character 0x0d"},
    {HEAD "argv /a\x7f\n", 2, "control character 0x7f"},
    {HEAD "shell\n" TAIL, 0, "more than one of argv, shell and no-process"},
    {HEAD "no-process\n" TAIL, 0, "more than one of argv, shell and no-process"},
    {HEAD "stop-line quit\n" TAIL, 0, "stop-line without input"},
    {HEAD "module\n" TAIL, 2, "module has no value"},
    {HEAD "module ../x\n" TAIL, 2, "module is '../x'"},
    {HEAD "step at 0 1 a\n" TAIL, 2, "expected PHASE NANOSECONDS"},
    {HEAD "step during 0 1 ../a\n" TAIL, 2, "expected PHASE NANOSECONDS"},
    {HEAD "step during 0 3600001 a\n" TAIL, 2, "expected PHASE NANOSECONDS"},
    {HEAD "step before 0 1 a\nstep after 0 1 a\n" TAIL, 3, "two steps are called 'a'"},
    {HEAD "shell now\n", 2, "shell takes no value"},
    {HEAD "shell\nshell\n", 3, "shell is given twice"},
    {HEAD "iommu vfio\niommu vfio\n" TAIL, 3, "iommu is given twice"},
    {HEAD "iommu on\n" TAIL, 2, "expected vfio or none"},
    {HEAD "iommu \n" TAIL, 2, "expected vfio or none"},
    {HEAD "bind\n" TAIL, 2, "bind has no value"},
    {HEAD "bind 8086:10fb\n" TAIL, 2, "expected VVVV:DDDD DRIVER"},
    {HEAD "bind 8086:10fb \n" TAIL, 2, "expected VVVV:DDDD DRIVER"},
    {HEAD "bind 8086:10FB vfio-pci\n" TAIL, 2, "expected VVVV:DDDD DRIVER"},
    {HEAD "bind 8086-10fb vfio-pci\n" TAIL, 2, "expected VVVV:DDDD DRIVER"},
    {HEAD "bind 886:10fb vfio-pci\n" TAIL, 2, "expected VVVV:DDDD DRIVER"},
    {HEAD "bind 8\n" TAIL, 2, "expected VVVV:DDDD DRIVER"},
    {HEAD "bind 8086:10fb ../../x\n" TAIL, 2, "expected VVVV:DDDD DRIVER"},
    {HEAD "bind 8086:10fb a-name-that-is-longer-than-the-room\n" TAIL, 2, "expected VVVV:DDDD"},
    {HEAD "bind 1:2 a\n" TAIL, 2, "expected VVVV:DDDD DRIVER"},
    {HEAD "user -1\n" TAIL, 2, "from 0 to 65533"},
    {HEAD "user root\n" TAIL, 2, "decimal number"},
    {HEAD "user \n" TAIL, 2, "decimal number"},
    {HEAD "user 65534\n" TAIL, 2, "from 0 to 65533"},
    {HEAD "user 4294968296\n" TAIL, 2, "from 0 to 65533"},
    {HEAD "user 18446744073709552616\n" TAIL, 2, "from 0 to 65533"},
    {HEAD "user 1000 \n" TAIL, 2, "decimal number"},
    {HEAD "memlock 0x100\n" TAIL, 2, "decimal number"},
    {HEAD "memlock 1099511627777\n" TAIL, 2, "from 0 to 1099511627776"},
    {HEAD "ready \n" TAIL, 2, "ready is empty"},
    {HEAD "ready a\nready b\n" TAIL, 3, "ready is given twice"},
    {HEAD "ready-timeout 3600001\n" TAIL, 2, "from 0 to 3600000"},
    {HEAD "stop TERM\n" TAIL, 2, "expected SIGNAL MILLISECONDS"},
    {HEAD "stop SEGV 10\n" TAIL, 2, "expected SIGNAL MILLISECONDS"},
    {HEAD "stop TERMX 10\n" TAIL, 2, "expected SIGNAL MILLISECONDS"},
    {HEAD "stop TERM 10ms\n" TAIL, 2, "grace of stop"},
    {HEAD "stop TERM \n" TAIL, 2, "grace of stop"},
    {HEAD "env A\n" TAIL, 2, "expected NAME=VALUE"},
    {HEAD "env =1\n" TAIL, 2, "expected NAME=VALUE"},
    {HEAD "env 1A=1\n" TAIL, 2, "expected NAME=VALUE"},
    {HEAD "env A B=1\n" TAIL, 2, "expected NAME=VALUE"},
};

START_TEST(bad_jobs_are_named)
{
    ck_assert_int_eq(parse(bad[_i].text), -EINVAL);
    ck_assert_msg(strstr(error.text, bad[_i].part), "'%s' does not say '%s'", error.text,
                  bad[_i].part);
    ck_assert_msg(error.line == bad[_i].line, "'%s': line %u, not %u", error.text, error.line,
                  bad[_i].line);
}
END_TEST

/* A zero byte inside, a line and a file too long, too many of each list. */
START_TEST(limits_hold)
{
    static char text[JOB_TEXT_MAX + 100];
    static const struct {
        const char *line, *part;
        int count;
    } lists[] = {{"bind 8086:10fb vfio-pci\n", "more than 8 bind", JOB_BINDS_MAX},
                 {"env A=1\n", "more than 64 env", JOB_ENVS_MAX},
                 {"argv /a\n", "more than 256 argv", JOB_ARGS_MAX}};

    ck_assert_int_eq(job_parse(&job, "ringside-job 1\nargv /\0\n", 23, &error), -EINVAL);
    ck_assert_ptr_nonnull(strstr(error.text, "control character 0x00"));
    for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        strcpy(text, HEAD);
        for (int n = 0; n <= lists[i].count; n++)
            strcat(text, lists[i].line);
        ck_assert_int_eq(parse(text), -EINVAL);
        ck_assert_ptr_nonnull(strstr(error.text, lists[i].part));
        ck_assert_uint_eq(error.line, (unsigned)lists[i].count + 2);
    }
    memset(text, 'a', sizeof(text) - 1);
    ck_assert_int_eq(parse(text), -EINVAL);
    ck_assert_ptr_nonnull(strstr(error.text, "at most 65536"));
    memcpy(text, HEAD "env A=", strlen(HEAD "env A="));
    strcpy(text + strlen(HEAD) + JOB_LINE_MAX + 1, "\n");
    ck_assert_int_eq(parse(text), -EINVAL);
    ck_assert_ptr_nonnull(strstr(error.text, "at most 4096"));
}
END_TEST

/* Every prefix of a good job, and every byte of it replaced: an error or a job, never a crash. */
START_TEST(damage_never_crashes)
{
    const char *good = HEAD "iommu vfio\nbind 8086:10fb vfio-pci\nuser 1000\nready up\n"
                            "stop TERM 2000\nenv A=${PORT0}\n" TAIL;
    size_t length = strlen(good);
    char copy[256];

    for (size_t cut = 0; cut < length; cut++)
        ck_assert_int_eq(job_parse(&job, good, cut, &error), -EINVAL);
    for (size_t at = 0; at < length; at++)
        for (int byte = 0; byte < 256; byte++) {
            memcpy(copy, good, length);
            copy[at] = (char)byte;
            int result = job_parse(&job, copy, length, &error);
            ck_assert(result == 0 || result == -EINVAL);
        }
}
END_TEST

static const struct pci_address two_ports[2] = {{0, 1, 0, 0}, {0, 2, 0, 1}};

START_TEST(substitutes_ports)
{
    char out[128];

    ck_assert_int_eq(job_substitute("${PORT0}", two_ports, 2, out, sizeof(out), &error), 0);
    ck_assert_str_eq(out, "0000:01:00.0");
    ck_assert_int_eq(
        job_substitute("a=${PORT1},${PORT0} $x {}$", two_ports, 2, out, sizeof(out), &error), 0);
    ck_assert_str_eq(out, "a=0000:02:00.1,0000:01:00.0 $x {}$");
    ck_assert_int_eq(job_substitute("", two_ports, 2, out, sizeof(out), &error), 0);
    ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(refuses_other_substitutions)
{
    const char *texts[] = {"${PORT2}", "${PORT}", "${PORT0", "${HOME}", "${}",
                           "x${PORT99999999999}", "${PORT-1}", "${port0}", "${PORT0 }"};
    char out[128];

    for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ck_assert_int_eq(job_substitute(texts[i], two_ports, 2, out, sizeof(out), &error), -EINVAL);
    ck_assert_int_eq(job_substitute("${PORT0}", two_ports, 0, out, sizeof(out), &error), -EINVAL);
    ck_assert_ptr_nonnull(strstr(error.text, "gave 0 port(s)"));
}
END_TEST

START_TEST(substitution_respects_the_room)
{
    char out[16];

    memset(out, 'x', sizeof(out));
    ck_assert_int_eq(job_substitute("${PORT0}", two_ports, 2, out, 13, &error), 0);
    ck_assert_int_eq(job_substitute("${PORT0}", two_ports, 2, out, 12, &error), -EINVAL);
    ck_assert_int_eq(job_substitute("a${PORT0}", two_ports, 2, out, 13, &error), -EINVAL);
    ck_assert_int_eq(out[13], 'x');
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("job");

    tcase_add_test(tcase, reads_every_key);
    tcase_add_test(tcase, has_the_documented_defaults);
    tcase_add_loop_test(tcase, bad_jobs_are_named, 0, (int)(sizeof(bad) / sizeof(bad[0])));
    tcase_add_test(tcase, limits_hold);
    tcase_add_test(tcase, damage_never_crashes);
    tcase_add_test(tcase, substitutes_ports);
    tcase_add_test(tcase, refuses_other_substitutions);
    tcase_add_test(tcase, substitution_respects_the_room);
    return RUN_TESTS("guest/job", tcase);
}
