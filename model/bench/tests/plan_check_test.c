/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Plans that are wrong: each complaint names its place; plans with bytes flipped at random are
 * refused or do no harm.
 */
#include <errno.h>
#include <string.h>

#include "model/bench/tests/rig.h"
#include "mk/run_tests.h"

static struct rig_plan plan;
static char why[256];

static void good(void)
{
    rig_plan_init(&plan, 2);
    for (unsigned kind = PLAN_UDP4; kind <= PLAN_ETHER; kind++) {
        struct plan_flow *f = rig_plan_flow(&plan, 0, 1, 3);
        f->kind = (uint8_t)kind;
        f->size_first = 1;
        f->size_count = 2;
        f->vlan = 1;
    }
    struct plan_flow *f = rig_plan_flow(&plan, 1, 0, 9);
    f->kind = PLAN_REPLAY;
    f->pace = PLAN_PACE_STAMP;
    f->frame_count = 3;
    plan.size[1] = 96;
    plan.size[2] = 300;
    plan.h->sizes.count = 3;
    for (unsigned i = 0; i < 3; i++)
        plan.frame[i] = (struct plan_frame){.stamp_ps = i * 1000000, .offset = i, .length = 90};
    plan.h->frames.count = 3;
    plan.h->bytes_.count = 100;
    plan.action[0].kind = PLAN_LINK_DOWN;
    plan.action[1].kind = PLAN_LINK_UP;
    plan.action[1].at_ps = 5000000;
    plan.action[2].kind = PLAN_AGENT;
    plan.action[2].at_ps = 6000000;
    plan.h->actions.count = 3;
    plan.fault[0] = (struct plan_fault){.at_ps = 5, .times = 1, .kind = PLAN_FAULT_LINK_FLAP,
                                        .time_ps = 7};
    plan.fault[1] = (struct plan_fault){.event_count = 5, .times = 2, .port = 1, .select = 3,
                                        .kind = PLAN_FAULT_DMA_REFUSE, .event = NIC_EV_tail};
    plan.h->faults.count = 2;
    /* random offsets then reach all of it */
    plan.h->bytes = plan.h->bytes_.offset + 128;
}

/* As long as the header says, like a file that is; but never beyond what there is. */
static int check(void)
{
    size_t bytes = plan.h->bytes;
    return bench_plan_check(plan.data, bytes < sizeof(plan.data) ? bytes : sizeof(plan.data), why,
                            sizeof(why));
}

START_TEST(good_plan_passes)
{
    good();
    ck_assert_msg(check() == 0, "%s", why);
    ck_assert_int_eq(bench_plan_check(plan.data, plan.h->bytes - 8, why, sizeof(why)), -EINVAL);
    ck_assert_int_eq(bench_plan_check(plan.data, 0, why, sizeof(why)), -EINVAL);
    ck_assert_int_eq(bench_plan_check(plan.data, plan.h->bytes - 8, NULL, 0), -EINVAL);
    char small[8];
    memset(small, 'x', sizeof(small));
    ck_assert_int_eq(bench_plan_check(plan.data, 0, small, 4), -EINVAL);
    ck_assert_int_eq(small[3], 0);
    ck_assert_int_eq(small[4], 'x');
}
END_TEST

#define BAD(statement, text)                                                                       \
    do {                                                                                           \
        good();                                                                                    \
        statement;                                                                                 \
        ck_assert_int_eq(check(), -EINVAL);                                                        \
        ck_assert_msg(strstr(why, text) != NULL, "%s, expected: %s", why, text);                   \
    } while (0)

START_TEST(each_mistake_is_named)
{
    BAD(plan.h->magic[0] = 'X', "no plan");
    BAD(plan.h->version = 1, "version is 1");
    BAD(plan.h->dilation_den = 0, "dilation");
    BAD(plan.h->dilation_num = 2, "functional");
    BAD(plan.h->deadline_ps = 0, "deadline_ps");
    BAD(plan.h->iotlb_entries = 5000, "iotlb_entries is 5000");
    BAD(plan.h->capture = 4, "capture");
    BAD(plan.h->ports.count = 0, "number of ports");
    BAD(plan.h->ports.count = 9, "ports is 9");
    BAD(plan.h->flows.offset = 4, "offset of table");
    BAD(plan.h->bytes_.count = 1000, "end of table");
    BAD(plan.h->sizes.offset = 0xfffffff8, "end of table");
    BAD(plan.h->timing[TIMING_wire_byte] = 0, "timing parameter wire_byte is 0, expected 1 to");
    BAD(plan.h->timing[60] = 5, "beyond the last one");
    BAD(plan.port[1].attach = 3, "port 1: attach is 3");
    BAD(plan.port[1].attach = PLAN_ATTACH_CABLE, "port 1: peer is 0");
    BAD(plan.port[0].cable_ps = 2000000000, "cable_ps");
    BAD(plan.port[0].nic_mac[0] = 1, "port 0: first byte of nic_mac is 1");
    BAD(plan.flow[0].port = 2, "flow 0: port is 2");
    BAD(plan.flow[5].expect_port = 7, "flow 5: expect_port is 7");
    BAD(memset(plan.flow[1].name, 'a', 32), "flow 1: length of the name");
    BAD(plan.flow[2].kind = 7, "flow 2: kind is 7");
    BAD(plan.flow[2].tuples = 0, "flow 2: tuples is 0");
    BAD(plan.flow[2].burst = 0, "flow 2: burst is 0");
    BAD(plan.flow[0].interval_den = 0, "flow 0: interval");
    BAD(plan.flow[0].interval_num = 1ull << 49, "flow 0: interval");
    BAD(plan.flow[0].count = UINT64_MAX, "count or stop_ps to be finite");
    BAD(plan.flow[0].count = 1ull << 32, "at most 2^32 - 1");
    BAD(plan.flow[0].pace = PLAN_PACE_STAMP, "flow 0: pace is 3");
    BAD(plan.flow[0].size_first = 3, "flow 0: size_count");
    BAD(plan.size[1] = 95, "flow 3: frame length is 95, expected 96");
    BAD(plan.size[2] = 16385, "flow 0: frame length is 16385");
    BAD(plan.flow[5].frame_count = 4, "flow 5: frame_count is 4");
    BAD(plan.frame[2].offset = 11, "frame 2: offset is 11");
    BAD(plan.frame[1].length = 13, "frame 1: length is 13");
    BAD(plan.frame[2].stamp_ps = 1, "frame 2: stamp_ps is 1");
    BAD(plan.action[2].kind = 9, "action 2: kind is 9");
    BAD(plan.action[1].port = 2, "action 1: port is 2");
    BAD(plan.action[2].at_ps = 1, "action 2: at_ps is 1");
    BAD(plan.h->faults.count = 33, "faults is 33");
    BAD(plan.fault[0].kind = PLAN_FAULTS, "fault 0: kind is ");
    BAD(plan.fault[0].port = 2, "fault 0: port is 2");
    BAD(plan.fault[0].times = 0, "fault 0: times is 0");
    BAD(plan.fault[0].time_ps = 0, "fault 0: time_ps is 0");
    BAD(plan.fault[1].time_ps = 1, "fault 1: time_ps is 1");
    BAD(plan.fault[1].select = 4, "fault 1: select is 4");
    BAD(plan.fault[0].select = 1, "fault 0: select is 1");
    BAD(plan.fault[1].event = 64, "fault 1: event is 64");
    BAD(plan.fault[1].event_port = 2, "fault 1: event_port is 2");
    BAD(plan.fault[1].at_ps = 2, "fault 1: at_ps is 2");
}
END_TEST

START_TEST(flipped_bytes_do_no_harm)
{
    uint32_t x = 99;
    unsigned refused = 0, ran = 0;
    for (int round = 0; round < 4000; round++) {
        good();
        /* most of a table is empty: aim at what is used */
        const uint32_t base[4] = {0, plan.h->ports.offset, plan.h->flows.offset,
                                  plan.h->sizes.offset};
        const uint32_t size[4] = {208, 96, 6 * sizeof(struct plan_flow),
                                  plan.h->bytes - plan.h->sizes.offset};
        for (int k = 0; k < 1 + round % 3; k++) {
            x = x * 1664525 + 1013904223;
            uint32_t part = x >> 8 & 3, at = x >> 10;
            plan.data[base[part] + at % size[part]] ^= (uint8_t)(1 << (x & 7));
        }
        if (check()) {
            ck_assert_uint_gt(strlen(why), 10);
            refused++;
            continue;
        }
        if (round % 4)
            continue;
        struct rig *r = rig_new(&plan);
        bench_control_write(r->bench, 1000, RS_CTL_GO, 1);
        bench_advance(r->bench, 30000);
        rig_free(r);
        ran++;
    }
    ck_assert_uint_gt(refused, 500);
    ck_assert_uint_gt(ran, 100);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("plan_check");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, good_plan_passes);
    tcase_add_test(t, each_mistake_is_named);
    tcase_add_test(t, flipped_bytes_do_no_harm);
    return RUN_TESTS("plan_check", t);
}
