/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The stimulus: what is written comes back, each kind of record in its order; files that are cut
 * off, damaged or of something else are refused with a sentence.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/bench/timing.h"
#include "model/record/stimulus.h"
#include "mk/run_tests.h"

static char folder[64], plan_path[96], path[96], why[512];
static struct {
    _Alignas(8) struct plan_header h;
    struct plan_port port;
} plan;

static void setup(void)
{
    strcpy(folder, "/tmp/stimulus_test.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(plan_path, sizeof(plan_path), "%s/plan", folder);
    snprintf(path, sizeof(path), "%s/stimulus", folder);
    struct plan_header *h = &plan.h;
    memset(&plan, 0, sizeof(plan));
    memcpy(h->magic, PLAN_MAGIC, 8);
    h->version = PLAN_VERSION;
    h->bytes = sizeof(plan);
    h->dilation_num = h->dilation_den = 1;
    h->ready_limit_ns = h->deadline_ps = 1;
    h->ports = (struct plan_table){sizeof(*h), 1};
    plan.port.nic_mac[0] = 2;
    for (unsigned i = 0; i < bench_timing_count(); i++)
        h->timing[i] = bench_timing_info(i)->value;
    FILE *f = fopen(plan_path, "wb");
    ck_assert(f && fwrite(&plan, sizeof(plan), 1, f) == 1 && !fclose(f));
}

static void teardown(void)
{
    unlink(plan_path);
    unlink(path);
    rmdir(folder);
}

static const struct rec_stimulus sent[] = {
    {.kind = REC_MMIO_WRITE, .size = 4, .offset = 0x18, .time_vns = 5, .value = 7},
    {.kind = REC_DMA_READ, .length = 3, .offset = NIC_TAG(NIC_TAG_TX_DATA, 1), .address = 64},
    {.kind = REC_DMA_READ, .detail = NIC_DMA_ABORT, .address = 65},
    {.kind = REC_FRAME_IN, .length = 8, .time_vns = 5},
    {.kind = REC_END, .address = 11, .time_vns = 9},
};
enum { SENT = sizeof(sent) / sizeof(sent[0]) };

static void write_file(void)
{
    struct rec_paths paths = {.plan = plan_path, .stimulus = path};
    const void *loaded;
    size_t bytes;
    struct rec *r;

    ck_assert_msg(rec_open(&r, &paths, &loaded, &bytes, why, sizeof(why)) == 0, "%s", why);
    ck_assert(rec_wants_stimulus(r));
    for (unsigned i = 0; i < SENT; i++)
        rec_stimulus(r, &sent[i], "frame in!");
    ck_assert_int_eq(rec_close(r, why, sizeof(why)), 0);
}

/* Reads both kinds to their ends: 0, or the first error. */
static int read_file(unsigned *records)
{
    struct rec_stimulus_file *f;
    struct rec_stimulus s;
    const uint8_t *data;
    int rc = rec_stimulus_open(&f, path, &plan, sizeof(plan), why, sizeof(why));

    *records = 0;
    if (rc)
        return rc;
    for (unsigned answer = 0; answer < 2 && rc >= 0; answer++)
        while ((rc = rec_stimulus_next(f, answer, &s, &data, why, sizeof(why))) > 0)
            ++*records;
    rec_stimulus_close(f);
    return rc;
}

START_TEST(comes_back)
{
    static const unsigned order[2][3] = {{0, 3, 4}, {1, 2}};
    struct rec_stimulus_file *f;
    struct rec_stimulus s;
    const uint8_t *data;

    write_file();
    ck_assert_int_eq(rec_stimulus_open(&f, path, &plan, sizeof(plan), why, sizeof(why)), 0);
    for (unsigned answer = 0; answer < 2; answer++) {
        for (unsigned i = 0; i < 3u - answer; i++) {
            const struct rec_stimulus *was = &sent[order[answer][i]];

            ck_assert_int_eq(rec_stimulus_next(f, answer, &s, &data, why, sizeof(why)), 1);
            ck_assert_mem_eq(&s, was, sizeof(s));
            ck_assert_mem_eq(data, "frame in!", s.length);
            ck_assert_uint_eq(rec_stimulus_count(f, answer), i + 1);
        }
        ck_assert_int_eq(rec_stimulus_next(f, answer, &s, &data, why, sizeof(why)), 0);
    }
    rec_stimulus_close(f);
}
END_TEST

START_TEST(cut_off)
{
    unsigned records;

    write_file();
    for (long bytes = 0; bytes < 32 + (long)SENT * 48 + 16; bytes++) {
        write_file();
        ck_assert_int_eq(truncate(path, bytes), 0);
        *why = '\0';
        ck_assert_int_eq(read_file(&records), -EPROTO);
        ck_assert_msg(strstr(why, path), "at %ld: %s", bytes, why);
    }
}
END_TEST

static void damage(long at, uint8_t byte)
{
    write_file();
    FILE *f = fopen(path, "r+b");
    ck_assert(f && !fseek(f, at, SEEK_SET) && fputc(byte, f) == byte && !fclose(f));
}

static const struct {
    long at;
    uint8_t byte;
    const char *says;
} damages[] = {
    {0, 'X', "not a stimulus"},
    {8, 99, "version 99"},
    {12, 40, "records of 40 bytes"},
    {16, 99, "schema 99"},
    {24, 99, "another plan"},
    {32, 0, "kind is 0"},
    {32, REC_KINDS, "kind is 15"},
    {33, 3, "size of the access is 3"},
    {35, 1, "unused"},
    {38, 1, "length is 1"},
    {32 + 48 + 2, 3, "status is 3"},
    {32 + 48 + 1, 2, "flag is 2"},
    {32 + 48 + 7, 9, "length is 2307"},
    {32 + 16, 6, "time is 5"},
};

START_TEST(damaged)
{
    unsigned records;

    damage(damages[_i].at, damages[_i].byte);
    ck_assert_int_eq(read_file(&records), -EPROTO);
    ck_assert_msg(strstr(why, damages[_i].says), "%s", why);
}
END_TEST

START_TEST(other_files)
{
    unsigned records;

    write_file();
    FILE *f = fopen(path, "ab");
    ck_assert(f && fputc(0, f) == 0 && !fclose(f));
    ck_assert_int_eq(read_file(&records), -EPROTO);
    ck_assert_msg(strstr(why, "follows the end"), "%s", why);
    unlink(path);
    ck_assert_int_eq(read_file(&records), -ENOENT);
    ck_assert_msg(strstr(why, path), "%s", why);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("stimulus");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, comes_back);
    tcase_add_test(t, cut_off);
    tcase_add_loop_test(t, damaged, 0, sizeof(damages) / sizeof(damages[0]));
    tcase_add_test(t, other_files);
    return RUN_TESTS("stimulus", t);
}
