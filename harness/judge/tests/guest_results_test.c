/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a guest left, read with distrust: every key, wrong values, noise, kernel logs.
 */
#include "harness/judge/guest_results.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "mk/run_tests.h"

static struct rs_guest guest;
static char why[256];

static int read_status(const char *text)
{
    memset(&guest, 0, sizeof(guest));
    why[0] = '\0';
    return rs_guest_status(&guest, text, strlen(text), why, sizeof(why));
}

START_TEST(a_good_run)
{
    ck_assert_int_eq(read_status("ringside-status 1\ncode 0\nboot-ms 400\nexit 0\nready yes\n"
                                 "stopped-by plan\nkilled no\nplan-over yes\nstart-ms 1\n"
                                 "ready-ms 2\nend-ms 3\ncore no\n"),
                     0);
    ck_assert(guest.has_status && guest.has_driver && guest.ready);
    ck_assert(!guest.killed && !guest.core);
    ck_assert_int_eq(guest.driver_exit, 0);
    ck_assert_str_eq(guest.stopped_by, "plan");
}
END_TEST

START_TEST(a_driver_that_died)
{
    ck_assert_int_eq(read_status("ringside-status 1\ncode 6\nerror it ended early\nsignal 11\n"
                                 "ready no\ncore cores/fwd.77 4096\n"),
                     0);
    ck_assert_int_eq(guest.driver_signal, 11);
    ck_assert_int_eq(guest.driver_exit, 128 + 11);
    ck_assert(guest.core && !guest.ready);
    ck_assert_uint_eq(guest.code, 6);
    ck_assert_str_eq(guest.reason, "it ended early");
}
END_TEST

START_TEST(a_driver_that_never_was)
{
    ck_assert_int_eq(read_status("ringside-status 1\ncode 4\nerror no device\nnot-started\n"), 0);
    ck_assert(!guest.has_driver);
}
END_TEST

START_TEST(unknown_keys_are_passed_over)
{
    ck_assert_int_eq(read_status("ringside-status 1\nfuture thing\ncode 0\nexit 3\n\n"), 0);
    ck_assert_int_eq(guest.driver_exit, 3);
}
END_TEST

START_TEST(bad_texts)
{
    static const char *const bad[] = {
        "", "ringside-status 2\n", "code 0\n", "ringside-status 1\ncode x\n",
        "ringside-status 1\ncode -1\n", "ringside-status 1\ncode 256\n",
        "ringside-status 1\ncode\n", "ringside-status 1\nexit 256\n",
        "ringside-status 1\nexit 0x1\n", "ringside-status 1\nsignal 128\n",
        "ringside-status 1\nready maybe\n", "ringside-status 1\nkilled\n",
        "ringside-status 1\nexit 99999999999999999999\n",
        "ringside-status 1\nstep a exit 0 1\n", "ringside-status 1\nstep a left 0 1 2\n",
        "ringside-status 1\nstep ../a exit 0 1 2\n", "ringside-status 1\nstep a exit 256 1 2\n",
        "ringside-status 1\nstep .. exit 0 1 2\n", "ringside-status 1\nstep  exit 0 1 2 3\n",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        ck_assert_msg(read_status(bad[i]) == -EPROTO, "accepted: %s", bad[i]);
        ck_assert_str_ne(why, "");
        ck_assert(!guest.has_status);
    }
}
END_TEST

START_TEST(zero_bytes_and_giants)
{
    char *giant = g_malloc(1 << 20);

    memset(&guest, 0, sizeof(guest));
    ck_assert_int_eq(rs_guest_status(&guest, "ringside-status 1\n\0code 0\n", 25, why,
                                     sizeof(why)),
                     -EPROTO);
    memset(giant, 'a', 1 << 20);
    ck_assert_int_eq(rs_guest_status(&guest, giant, 1 << 20, why, sizeof(why)), -EPROTO);
    g_free(giant);
}
END_TEST

/* Nothing that a guest wrote may reach a terminal raw. */
START_TEST(control_characters_are_replaced)
{
    ck_assert_int_eq(read_status("ringside-status 1\ncode 3\nerror \033[31mred\a\n"), 0);
    ck_assert_str_eq(guest.reason, "?[31mred?");
    ck_assert_int_eq(read_status("ringside-status 1\ncode \033[0m\n"), -EPROTO);
    ck_assert_ptr_null(strchr(why, '\033'));
}
END_TEST

START_TEST(kernel_log)
{
    static const char log[] =
        "<6>[    0.000000] Linux version 6.1\n"
        "<4>[    1.000000] WARNING: CPU: 0 PID: 1 at drivers/x.c:1 y+0x1/0x2\n"
        "<6>[    1.100000] this is only a warning: nothing\n"
        "<3>[    2.000000] DMAR: [DMA Read NO_PASID] Request device [01:00.0] fault addr 0x0\n"
        "<1>[    3.000000] BUG: unable to handle page fault for address: 0";

    memset(&guest, 0, sizeof(guest));
    rs_guest_kernel_log(&guest, NULL, log, sizeof(log) - 1);
    ck_assert_uint_eq(guest.complaints, 3);
    ck_assert_ptr_nonnull(strstr(guest.complaint[0], "WARNING"));
    ck_assert_ptr_nonnull(strstr(guest.complaint[2], "BUG"));
}
END_TEST

START_TEST(steps_of_a_status)
{
    ck_assert_int_eq(read_status("ringside-status 1\nstep link exit 3 10 20\n"
                                 "step stats late 9 21 31\n"), 0);
    ck_assert_uint_eq(guest.steps, 2);
    const struct rs_step_result *step = rs_guest_step(&guest, "link");
    ck_assert_ptr_nonnull(step);
    ck_assert_int_eq(step->end, RS_STEP_EXIT);
    ck_assert_uint_eq(step->value, 3);
    ck_assert_uint_eq(step->end_ms, 20);
    ck_assert_int_eq(rs_guest_step(&guest, "stats")->end, RS_STEP_LATE);
    ck_assert_ptr_null(rs_guest_step(&guest, "other"));
}
END_TEST

/* More than there is room for is an error, not a write beyond it. */
START_TEST(steps_without_end)
{
    GString *text = g_string_new("ringside-status 1\n");

    for (unsigned i = 0; i < RS_STEPS_MAX + 1; i++)
        g_string_append_printf(text, "step s%u exit 0 1 2\n", i);
    ck_assert_int_eq(read_status(text->str), -EPROTO);
    g_string_free(text, TRUE);
}
END_TEST

START_TEST(kernel_log_of_a_driver)
{
    static const char log[] = "<4>[    1.0] WARNING: CPU: 0 PID: 1 at known.c:1\n"
                              "<3>[    1.1] ixgbe 0000:01:00.0 eth0: Detected Tx Unit Hang\n"
                              "<6>[    1.2] mine: port 3 fell off\n";
    const char *const fail[] = {"port \\d fell off", NULL}, *const allow[] = {"at known\\.c", NULL};
    const struct rs_kernel_words words = {.fail = fail, .allow = allow};

    memset(&guest, 0, sizeof(guest));
    rs_guest_kernel_log(&guest, &words, log, sizeof(log) - 1);
    ck_assert_uint_eq(guest.complaints, 2);
    ck_assert_ptr_nonnull(strstr(guest.complaint[0], "Tx Unit Hang"));
    ck_assert_ptr_nonnull(strstr(guest.complaint[1], "fell off"));
}
END_TEST

START_TEST(kernel_log_floods)
{
    GString *log = g_string_new(NULL);

    memset(&guest, 0, sizeof(guest));
    for (unsigned i = 0; i < 10000; i++)
        g_string_append(log, "BUG: again and again and again\n");
    rs_guest_kernel_log(&guest, NULL, log->str, log->len);
    ck_assert_uint_eq(guest.complaints, 10000);
    g_string_free(log, TRUE);
}
END_TEST

START_TEST(a_console_with_a_panic)
{
    static const char text[] =
        "[    1.000000] BUG: kernel NULL pointer dereference, address: 0000000000000008\r\n"
        "[    1.000001] #PF: supervisor write access in kernel mode\r\n"
        "[    1.000002] Kernel panic - not syncing: Fatal exception\r\n"
        "[    1.000003] WARNING: whatever comes behind\r\n";

    memset(&guest, 0, sizeof(guest));
    rs_guest_console(&guest, NULL, text, sizeof(text) - 1);
    ck_assert_str_eq(guest.panic, "Kernel panic - not syncing: Fatal exception");
    ck_assert_uint_eq(guest.complaints, 1);
    ck_assert_ptr_nonnull(strstr(guest.complaint[0], "NULL pointer"));
    memset(&guest, 0, sizeof(guest));
    rs_guest_console(&guest, NULL, text, 100);
    ck_assert_str_eq(guest.panic, "");
    rs_guest_console(&guest, NULL, "", 0);
    rs_guest_console(&guest, NULL, "Kernel panic - ", 15);
    ck_assert_str_eq(guest.panic, "Kernel panic - ");
}
END_TEST

START_TEST(a_folder_without_status)
{
    ck_assert_int_eq(rs_guest_results(&guest, "/nonexistent", NULL, why, sizeof(why)), -ENOENT);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("guest_results");

    tcase_add_test(tc, a_good_run);
    tcase_add_test(tc, a_driver_that_died);
    tcase_add_test(tc, a_driver_that_never_was);
    tcase_add_test(tc, unknown_keys_are_passed_over);
    tcase_add_test(tc, bad_texts);
    tcase_add_test(tc, zero_bytes_and_giants);
    tcase_add_test(tc, control_characters_are_replaced);
    tcase_add_test(tc, kernel_log);
    tcase_add_test(tc, kernel_log_floods);
    tcase_add_test(tc, kernel_log_of_a_driver);
    tcase_add_test(tc, steps_of_a_status);
    tcase_add_test(tc, steps_without_end);
    tcase_add_test(tc, a_console_with_a_panic);
    tcase_add_test(tc, a_folder_without_status);
    return RUN_TESTS("guest_results", tc);
}
