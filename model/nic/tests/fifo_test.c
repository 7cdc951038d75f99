/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The byte ring of records against a plain list: a long pseudo-random run of pushes and pops, order
 * and content checked, and damaged rings found.
 */
#include "model/nic/fifo.h"

#include "model/nic/tests/queues.h"

enum { CAPACITY = 1024, HEADER = sizeof(struct nic_record) };

static uint32_t random_state;
static uint32_t next_random(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

START_TEST(keeps_order_and_content)
{
    _Alignas(32) static uint8_t ring[CAPACITY];
    struct nic_fifo f = {0};
    uint32_t expect_at[CAPACITY], expect_value[CAPACITY], in = 0, out = 0, refused = 0;

    random_state = 7;
    for (uint32_t i = 0; i < 200000; i++) {
        if (next_random() % 5 < 3) {
            uint32_t bytes = HEADER + 4 + next_random() % 200;
            uint32_t at = nic_fifo_push(&f, ring, CAPACITY, bytes);
            if (at == NIC_FIFO_NONE) {
                refused++;
                ck_assert_uint_gt(f.used + 2 * (bytes + 31), CAPACITY / 2);
            } else {
                ck_assert_uint_le(at + bytes, CAPACITY);
                memset(ring + at + HEADER, (int)(in & 0xff), bytes - HEADER);
                expect_at[in % CAPACITY] = at;
                expect_value[in % CAPACITY] = in & 0xff;
                in++;
            }
        } else if (in != out) {
            uint32_t at = nic_fifo_head(&f);
            ck_assert_uint_eq(at, expect_at[out % CAPACITY]);
            const struct nic_record *r = nic_fifo_at(ring, at);
            (void)r;
            ck_assert_uint_eq(ring[at + HEADER], expect_value[out % CAPACITY]);
            if (in - out > 1)
                ck_assert_uint_eq(nic_fifo_next(&f, ring, CAPACITY, at),
                                  expect_at[(out + 1) % CAPACITY]);
            else
                ck_assert_uint_eq(nic_fifo_next(&f, ring, CAPACITY, at), NIC_FIFO_NONE);
            nic_fifo_pop(&f, ring, CAPACITY);
            out++;
        }
        ck_assert_uint_eq(f.count, in - out);
        ck_assert(nic_fifo_valid(&f, ring, CAPACITY, HEADER));
    }
    ck_assert_uint_gt(refused, 100);
    ck_assert_uint_gt(out, 10000);
}
END_TEST

START_TEST(fills_to_the_last_byte)
{
    _Alignas(32) static uint8_t ring[CAPACITY];
    struct nic_fifo f = {0};

    for (int i = 0; i < CAPACITY / 32; i++)
        ck_assert_uint_eq(nic_fifo_push(&f, ring, CAPACITY, 32), 32 * i);
    ck_assert_uint_eq(nic_fifo_push(&f, ring, CAPACITY, 1), NIC_FIFO_NONE);
    ck_assert(nic_fifo_valid(&f, ring, CAPACITY, 32));
    nic_fifo_pop(&f, ring, CAPACITY);
    ck_assert_uint_eq(nic_fifo_push(&f, ring, CAPACITY, 32), 0);
}
END_TEST

START_TEST(damage_is_found)
{
    _Alignas(32) static uint8_t ring[CAPACITY];
    struct nic_fifo good = {0};

    nic_fifo_push(&good, ring, CAPACITY, 100);
    nic_fifo_push(&good, ring, CAPACITY, 40);
    ck_assert(nic_fifo_valid(&good, ring, CAPACITY, HEADER));
    struct nic_fifo f = good;
    f.head = CAPACITY;
    ck_assert(!nic_fifo_valid(&f, ring, CAPACITY, HEADER));
    f = good;
    f.tail = 33;
    ck_assert(!nic_fifo_valid(&f, ring, CAPACITY, HEADER));
    f = good;
    f.used += 32;
    ck_assert(!nic_fifo_valid(&f, ring, CAPACITY, HEADER));
    f = good;
    f.count = 3;
    ck_assert(!nic_fifo_valid(&f, ring, CAPACITY, HEADER));
    struct nic_record *r = nic_fifo_at(ring, 0);
    r->size = 0;
    ck_assert(!nic_fifo_valid(&good, ring, CAPACITY, HEADER));
    r->size = CAPACITY * 2;
    ck_assert(!nic_fifo_valid(&good, ring, CAPACITY, HEADER));
    r->size = 128;
    r->skip = 1;
    ck_assert(!nic_fifo_valid(&good, ring, CAPACITY, HEADER));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("fifo");

    tcase_add_test(t, keeps_order_and_content);
    tcase_add_test(t, fills_to_the_last_byte);
    tcase_add_test(t, damage_is_found);
    return RUN_TESTS("fifo", t);
}
