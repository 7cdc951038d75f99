/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The mailbox header: a good one, and every way in which the areas can lie outside or overlap.
 * The archives themselves go through tar, which the guest's own run shows.
 */
#include "guest/mailbox.h"

#include <errno.h>
#include <string.h>

#include "model/bench/control_abi.h"
#include "mk/run_tests.h"

enum { BYTES = 1 << 20 };

static uint64_t memory[BYTES / 8];
static struct rs_mailbox *header = (struct rs_mailbox *)memory;
static struct mailbox mailbox;
static char why[200];

static void fill(void)
{
    memset(memory, 0, sizeof(memory));
    memset(&mailbox, 0, sizeof(mailbox));
    memcpy(header->magic, RS_MAILBOX_MAGIC, 8);
    header->version = 1;
    header->in_offset = 4096;
    header->in_length = 10240;
    header->out_offset = 65536;
    header->out_capacity = BYTES - 65536;
}

static int open_it(void)
{
    why[0] = '\0';
    return mailbox_open(&mailbox, memory, BYTES, why, sizeof(why));
}

START_TEST(takes_a_good_header)
{
    ck_assert_int_eq(open_it(), 0);
    ck_assert_ptr_eq(mailbox.base, memory);
    ck_assert_uint_eq(mailbox.in_offset, 4096);
    ck_assert_uint_eq(mailbox.in_length, 10240);
    ck_assert_uint_eq(mailbox.out_offset, 65536);
    ck_assert_uint_eq(mailbox.out_capacity, BYTES - 65536);
    mailbox_publish(&mailbox, 1234);
    ck_assert_uint_eq(header->out_length, 1234);
}
END_TEST

START_TEST(areas_may_touch_but_not_overlap)
{
    header->in_offset = sizeof(*header);
    header->in_length = 65536 - sizeof(*header);
    ck_assert_int_eq(open_it(), 0);
    header->in_length++;
    ck_assert_int_eq(open_it(), -EINVAL);
    ck_assert_ptr_nonnull(strstr(why, "overlap"));
    /* input behind output */
    header->out_offset = sizeof(*header);
    header->out_capacity = 65536;
    header->in_offset = sizeof(*header) + 65536;
    ck_assert_int_eq(open_it(), 0);
    header->in_offset--;
    ck_assert_int_eq(open_it(), -EINVAL);
}
END_TEST

static const struct {
    uint64_t in_offset, in_length, out_offset, out_capacity;
} outside[] = {
    {0, 100, 65536, 65536},                      /* on the header */
    {sizeof(struct rs_mailbox) - 1, 1, 65536, 65536},
    {4096, 10240, 0, 65536},                     /* output on the header */
    {BYTES, 1, 65536, 65536},                    /* behind the end */
    {BYTES + 1, 0, 65536, 65536},
    {BYTES - 10, 11, 65536, 65536},              /* across the end */
    {4096, UINT64_MAX, 65536, 65536},            /* sums that wrap */
    {4096, UINT64_MAX - 4095, 65536, 65536},
    {UINT64_MAX, 2, 65536, 65536},
    {4096, 10240, UINT64_MAX - 65535, 65536},
    {4096, 10240, 65536, UINT64_MAX},
    {4096, 10240, 65536, BYTES - 65535},
    {4096, 10240, 65536, 65535},                 /* too little room */
    {4096, 10240, 65536, 0},
};

START_TEST(bad_areas_are_refused)
{
    header->in_offset = outside[_i].in_offset;
    header->in_length = outside[_i].in_length;
    header->out_offset = outside[_i].out_offset;
    header->out_capacity = outside[_i].out_capacity;
    ck_assert_int_eq(open_it(), -EINVAL);
    ck_assert_uint_gt(strlen(why), 10);
    ck_assert_ptr_null(mailbox.base);
}
END_TEST

START_TEST(foreign_headers_are_refused)
{
    header->version = 2;
    ck_assert_int_eq(open_it(), -EINVAL);
    ck_assert_ptr_nonnull(strstr(why, "version 2"));
    fill();
    header->magic[7] = '2';
    ck_assert_int_eq(open_it(), -EINVAL);
    ck_assert_ptr_nonnull(strstr(why, "RSIDEMB1"));
    fill();
    ck_assert_int_eq(mailbox_open(&mailbox, memory, sizeof(*header) - 1, why, sizeof(why)),
                     -EINVAL);
    ck_assert_int_eq(mailbox_open(&mailbox, memory, 0, why, sizeof(why)), -EINVAL);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("header");

    tcase_add_checked_fixture(tcase, fill, NULL);
    tcase_add_test(tcase, takes_a_good_header);
    tcase_add_test(tcase, areas_may_touch_but_not_overlap);
    tcase_add_loop_test(tcase, bad_areas_are_refused, 0,
                        (int)(sizeof(outside) / sizeof(outside[0])));
    tcase_add_test(tcase, foreign_headers_are_refused);
    return RUN_TESTS("guest/mailbox", tcase);
}
