/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The far end as a host: its answers bit by bit, and what it does with frames that lie about
 * their lengths.
 */
#include <string.h>

#include "model/bench/bench_priv.h"
#include "model/bench/tests/rig.h"
#include "mk/run_tests.h"

static struct rig_plan plan;
static struct bench_report report;
static struct rig *rig;
static uint8_t frame[NIC_FRAME_MAX];

static const uint8_t far_mac[6] = {2, 0, 0, 0, 15, 0}, guest_mac[6] = {2, 0, 0, 0, 14, 0};
static const uint8_t far_ip[4] = {10, 0, 0, 1}, guest_ip[4] = {10, 0, 0, 9};

static void setup(void)
{
    rig_plan_init(&plan, 1);
    plan.port[0].respond = PLAN_RESPOND_ARP | PLAN_RESPOND_ND | PLAN_RESPOND_ICMP;
    memset(plan.port[0].ip6, 0xfe, 16);
    plan.h->capture = 1;
    rig = rig_new(&plan);
    rig_go(rig);
    memset(frame, 0, sizeof(frame));
}

static void teardown(void)
{
    rig_free(rig);
}

/* The NIC sends `frame`; the answer, or NULL. */
static const struct rig_kept *ask(uint32_t length)
{
    uint64_t before = rig->kept;
    bench_advance(rig->bench, rig->vns);
    wire_out(rig->bench, 0, frame, length, true);
    bench_settle(rig->bench);
    rig_run(rig, rig->vns + 10000);
    if (rig->kept == before + 1)
        return NULL;
    ck_assert_uint_eq(rig->kept, before + 2);
    const struct rig_kept *k = &rig->frame[(before + 1) % RIG_FRAMES_KEPT];
    /* both ways over the cable, the frame itself, the preamble of the answer */
    uint64_t asked = rig->frame[before % RIG_FRAMES_KEPT].time_ps;
    ck_assert_uint_eq(k->time_ps, asked + 2 * 10000 + (length + 4 + 8) * 800);
    ck_assert(!k->out);
    return k;
}

static uint32_t sum(const uint8_t *p, uint32_t bytes)
{
    uint32_t s = 0;
    for (uint32_t i = 0; i < bytes; i++)
        s += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    while (s >> 16)
        s = (s & 0xffff) + (s >> 16);
    return s;
}

START_TEST(arp)
{
    static const uint8_t head[] = {8, 6, 0, 1, 8, 0, 6, 4, 0, 1};
    memset(frame, 0xff, 6);
    memcpy(frame + 6, guest_mac, 6);
    memcpy(frame + 12, head, sizeof(head));
    memcpy(frame + 22, guest_mac, 6);
    memcpy(frame + 28, guest_ip, 4);
    memcpy(frame + 38, far_ip, 4);
    const struct rig_kept *k = ask(60);
    ck_assert_ptr_nonnull(k);
    ck_assert_mem_eq(k->bytes, guest_mac, 6);
    ck_assert_mem_eq(k->bytes + 6, far_mac, 6);
    ck_assert_uint_eq(k->bytes[21], 2);
    ck_assert_mem_eq(k->bytes + 22, far_mac, 6);
    ck_assert_mem_eq(k->bytes + 28, far_ip, 4);
    ck_assert_mem_eq(k->bytes + 32, guest_mac, 6);
    ck_assert_mem_eq(k->bytes + 38, guest_ip, 4);
    frame[41]++;
    ck_assert_ptr_null(ask(60)); /* another's address */
    bench_report(rig->bench, &report);
    ck_assert_uint_eq(report.port[0].responses, 1);
    ck_assert_uint_eq(report.port[0].foreign, 1);
}
END_TEST

static void echo4(uint32_t total)
{
    memcpy(frame, far_mac, 6);
    memcpy(frame + 6, guest_mac, 6);
    memcpy(frame + 12, "\x08\x00\x45", 3);
    frame[16] = (uint8_t)(total >> 8);
    frame[17] = (uint8_t)total;
    frame[23] = 1;
    memcpy(frame + 26, guest_ip, 4);
    memcpy(frame + 30, far_ip, 4);
    frame[34] = 8;
    for (unsigned i = 0; i < 21; i++)
        frame[42 + i] = (uint8_t)(i * 31);
}

START_TEST(icmp_echo)
{
    echo4(49);
    const struct rig_kept *k = ask(63);
    ck_assert_ptr_nonnull(k);
    ck_assert_mem_eq(k->bytes + 26, far_ip, 4);
    ck_assert_mem_eq(k->bytes + 30, guest_ip, 4);
    ck_assert_uint_eq(k->bytes[34], 0);
    ck_assert_uint_eq(sum(k->bytes + 14, 20), 0xffff);
    ck_assert_uint_eq(sum(k->bytes + 34, 29), 0xffff);
    ck_assert_mem_eq(k->bytes + 38, frame + 38, 25);
    echo4(50); /* longer than the frame */
    ck_assert_ptr_null(ask(63));
    echo4(27); /* shorter than its header */
    ck_assert_ptr_null(ask(63));
    echo4(49);
    frame[20] = 0x20; /* a fragment */
    ck_assert_ptr_null(ask(63));
}
END_TEST

static void six(unsigned payload, unsigned type)
{
    memcpy(frame, far_mac, 6);
    memcpy(frame + 6, guest_mac, 6);
    memcpy(frame + 12, "\x86\xdd\x60", 3);
    frame[19] = (uint8_t)payload;
    frame[20] = 58;
    frame[21] = 255;
    memset(frame + 22, 0xfd, 16);
    memset(frame + 38, 0xfe, 16);
    frame[54] = (uint8_t)type;
}

static void check_icmp6(const struct rig_kept *k, unsigned payload, unsigned type)
{
    uint8_t pseudo[256] = {0};
    ck_assert_ptr_nonnull(k);
    ck_assert_uint_eq(k->bytes[54], type);
    ck_assert_uint_eq(k->bytes[19], payload);
    memcpy(pseudo, k->bytes + 22, 32);
    pseudo[35] = (uint8_t)payload;
    pseudo[39] = 58;
    memcpy(pseudo + 40, k->bytes + 54, payload);
    ck_assert_uint_eq(sum(pseudo, 40 + payload), 0xffff);
    memset(pseudo, 0xfd, 16);
    ck_assert_mem_eq(k->bytes + 38, pseudo, 16);
    memset(pseudo, 0xfe, 16);
    ck_assert_mem_eq(k->bytes + 22, pseudo, 16);
}

START_TEST(neighbour_and_echo6)
{
    six(32, 135);
    memset(frame + 62, 0xfe, 16);
    const struct rig_kept *k = ask(86);
    check_icmp6(k, 32, 136);
    ck_assert_uint_eq(k->bytes[21], 255);
    ck_assert_mem_eq(k->bytes + 80, far_mac, 6);
    six(24, 135); /* without its option: the answer is longer than the question */
    check_icmp6(ask(78), 32, 136);
    memset(frame + 22, 0, 16);
    ck_assert_ptr_null(ask(78)); /* duplicate address detection */
    six(20, 128);
    check_icmp6(ask(74), 20, 129);
    six(21, 128);
    ck_assert_ptr_null(ask(74));
}
END_TEST

START_TEST(reflect)
{
    plan.port[0].respond = PLAN_RESPOND_REFLECT;
    for (unsigned i = 0; i < 100; i++)
        frame[i] = (uint8_t)i;
    const struct rig_kept *k = ask(100);
    ck_assert_ptr_nonnull(k);
    ck_assert_mem_eq(k->bytes, frame + 6, 6);
    ck_assert_mem_eq(k->bytes + 6, frame, 6);
    ck_assert_mem_eq(k->bytes + 12, frame + 12, 88);
}
END_TEST

START_TEST(nonsense_is_survived)
{
    uint32_t x = 5;
    plan.h->capture = 0;
    plan.port[0].respond = 15;
    for (int round = 0; round < 20000; round++) {
        if (round % 3 == 0)
            echo4(49);
        else if (round % 3 == 1)
            six(32, round & 1 ? 135 : 128);
        for (int k = 0; k < 4; k++) {
            x = x * 1664525 + 1013904223;
            frame[12 + (x >> 8) % 60] = (uint8_t)(x >> 24);
        }
        wire_out(rig->bench, 0, frame, 60 + x % 40, true);
        rig_run(rig, rig->vns + 200);
        bench_advance(rig->bench, rig->vns);
    }
    bench_report(rig->bench, &report);
    ck_assert_uint_eq(report.port[0].responses, 20000); /* whatever it is, it is reflected */
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("responder");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, arp);
    tcase_add_test(t, icmp_echo);
    tcase_add_test(t, neighbour_and_echo6);
    tcase_add_test(t, reflect);
    tcase_add_test(t, nonsense_is_survived);
    return RUN_TESTS("responder", t);
}
