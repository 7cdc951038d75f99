/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The quick way against the plain one: a frame made from the one before is the frame that
 * frame_build() makes, and a frame is only known again when no bit of it differs.
 */
#include <string.h>

#include "model/bench/bench_priv.h"
#include "model/bench/tests/rig.h"
#define XXH_INLINE_ALL
#include "xxhash.h"
#include "mk/run_tests.h"

static struct rig_plan plan;
static struct rig *rig;

static void setup(void)
{
    rig_plan_init(&plan, 2);
    rig_plan_flow(&plan, 0, 1, 1000000);
}

static void start(void)
{
    rig = rig_new(&plan);
    rig_go(rig);
    bench_advance(rig->bench, 1);
}

static void teardown(void)
{
    rig_free(rig);
}

/* Sequence numbers and times whose words carry in the checksums. */
static struct stamp nth(uint32_t i)
{
    const uint32_t steps[4] = {1, 65535, 0x7fffffff, 0x10001};
    struct stamp s = {.sequence = i * steps[i % 4], .time_ps = i * 0x0123456789abcdefull};
    return s;
}

static void compare(uint32_t length)
{
    uint8_t built[NIC_FRAME_MAX];
    for (uint32_t i = 0; i < 300; i++) {
        struct stamp s = nth(i);
        frame_build(rig->bench, &s, length, built);
        ck_assert_mem_eq(memo_frame(rig->bench, &s, length), built, length);
    }
}

START_TEST(made_as_built)
{
    for (unsigned kind = PLAN_UDP4; kind <= PLAN_ETHER; kind++)
        for (unsigned i = 0; i < 32; i++) {
            setup();
            struct plan_flow *f = &plan.flow[0];
            f->kind = (uint8_t)kind;
            f->payload = (uint8_t)(i % 4);
            f->vlan = i & 4 ? 100 : 0;
            f->tuples = i & 8 ? 70000 : 1;
            f->ethertype = 0x88b5;
            plan.size[0] = (uint16_t)(i & 16 ? 97 + i * 61 : 100);
            start();
            compare(plan.size[0]);
            rig_free(rig);
        }
    setup();
    start();
}
END_TEST

/* Too long to be kept; and sizes that change. */
START_TEST(made_as_built_at_any_size)
{
    plan.size[0] = MEMO_BYTES + 1;
    start();
    compare(MEMO_BYTES + 1);
    compare(100);
    compare(MEMO_BYTES);
    compare(61);
}
END_TEST

static uint64_t hash_of(const uint8_t *frame, uint32_t length)
{
    return XXH3_64bits(frame, length);
}

static void sent(const struct stamp *s, const uint8_t *frame, uint32_t length)
{
    memo_sent(rig->bench, s, frame, length, hash_of(frame, length));
}

static bool known(const uint8_t *frame, uint32_t length, struct stamp *found)
{
    uint64_t hash = 0;
    const struct frame_sent *as = memo_known(rig->bench, frame, length, &hash);
    ck_assert_uint_eq(hash, hash_of(frame, length));
    if (as)
        *found = as->stamp;
    return as;
}

/* Kept whole, by their hash, compared with their flow's last. */
static const uint16_t sizes[] = {60, 64, 65, 100, 241, 1514};

START_TEST(known_by_every_bit)
{
    plan.size[0] = sizes[_i];
    start();
    struct stamp s = nth(9), found;
    uint32_t length = plan.size[0];
    uint8_t frame[NIC_FRAME_MAX];
    memcpy(frame, memo_frame(rig->bench, &s, length), length);
    ck_assert(!known(frame, length, &found));
    sent(&s, frame, length);
    ck_assert(known(frame, length, &found));
    ck_assert_uint_eq(found.sequence, s.sequence);
    ck_assert_uint_eq(found.time_ps, s.time_ps);
    s.sequence++;
    memo_frame(rig->bench, &s, length); /* the flow goes on */
    for (uint32_t bit = 0; bit < length * 8; bit++) {
        frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert(!known(frame, length, &found));
        frame[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    ck_assert(known(frame, length, &found));
    ck_assert(!known(frame, length - 1, &found));
}
END_TEST

/* Later ones take the places: forgotten, not mistaken. */
START_TEST(forgets)
{
    plan.size[0] = sizes[_i];
    start();
    uint32_t length = plan.size[0];
    uint8_t first[NIC_FRAME_MAX];
    struct stamp s = {.sequence = 5}, found;
    frame_build(rig->bench, &s, length, first);
    sent(&s, first, length);
    s.sequence += MEMO_FRAMES;
    uint8_t frame[NIC_FRAME_MAX];
    memcpy(frame, memo_frame(rig->bench, &s, length), length);
    sent(&s, frame, length);
    ck_assert(!known(first, length, &found));
    ck_assert(known(frame, length, &found));
    ck_assert_uint_eq(found.sequence, s.sequence);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("memo");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, made_as_built);
    tcase_add_test(t, made_as_built_at_any_size);
    tcase_add_loop_test(t, known_by_every_bit, 0, sizeof sizes / sizeof sizes[0]);
    tcase_add_loop_test(t, forgets, 0, sizeof sizes / sizeof sizes[0]);
    return RUN_TESTS("frame_memo", t);
}
