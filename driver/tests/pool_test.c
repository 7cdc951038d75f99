/* SPDX-License-Identifier: BSD-2-Clause
 * The pool: order, conservation, and every illegal move. */
#include "driver/pool.h"

#include "driver/tests/test.h"

#include <errno.h>

static uint8_t memory[2][64 * 2048] __attribute__((aligned(4096)));

static struct pool *make(bool check, unsigned segments)
{
    struct pool_config config = {.segments_max = 2, .buf_bytes = 2048, .check = check};
    struct pool *pool;

    ck_assert_int_eq(pool_create(&pool, &config, NULL), 0);
    for (unsigned i = 0; i < segments; i++)
        ck_assert_int_eq(
            pool_add_segment(pool, memory[i], 0x1000000000 + i * 0x200000, sizeof(memory[i]), NULL),
            0);
    return pool;
}

START_TEST(buffers_lie_where_the_segment_lies)
{
    struct pool *pool = make(true, 2);
    struct pool_buf *bufs[128];
    uint8_t seen[128] = {0};

    ck_assert_uint_eq(pool_size(pool), 128);
    ck_assert_uint_eq(pool_alloc_bulk(pool, bufs, 128), 128);
    ck_assert_uint_eq(pool_available(pool), 0);
    for (unsigned i = 0; i < 128; i++) {
        unsigned index = bufs[i]->index, segment = index / 64, slot = index % 64;

        ck_assert_uint_eq(seen[index]++, 0);
        ck_assert_ptr_eq(bufs[i]->data, memory[segment] + slot * 2048);
        ck_assert_uint_eq(bufs[i]->iova, 0x1000000000 + segment * 0x200000 + slot * 2048);
        /* what the CPU alone knows lies outside of what the device can reach */
        ck_assert((uint8_t *)bufs[i] < memory[0] ||
                  (uint8_t *)bufs[i] >= memory[1] + sizeof(memory[1]));
    }
    pool_free_bulk(pool, bufs, 128);
    ck_assert_int_eq(pool_check_home(pool, NULL), 0);
    pool_destroy(pool);
}
END_TEST

START_TEST(order_is_last_in_first_out)
{
    struct pool *pool = make(false, 1);
    struct pool_buf *a[8], *b[8];

    pool_alloc_bulk(pool, a, 8);
    pool_free_bulk(pool, a, 8);
    pool_alloc_bulk(pool, b, 8);
    ck_assert_mem_eq(a, b, sizeof(a));
    pool_free_bulk(pool, b, 8);
    pool_destroy(pool);
}
END_TEST

START_TEST(exhaustion_gives_what_there_is)
{
    struct pool *pool = make(true, 1);
    struct pool_buf *bufs[100];

    ck_assert_uint_eq(pool_alloc_bulk(pool, bufs, 60), 60);
    ck_assert_uint_eq(pool_alloc_bulk(pool, bufs + 60, 40), 4);
    ck_assert_uint_eq(pool_alloc_bulk(pool, bufs + 64, 1), 0);
    ck_assert_uint_eq(pool_low_water(pool), 0);
    pool_free_bulk(pool, bufs, 64);
    ck_assert_int_eq(pool_check_home(pool, NULL), 0);
    pool_destroy(pool);
}
END_TEST

START_TEST(double_free_is_refused)
{
    struct pool *pool = make(true, 1);
    struct pool_buf *buf;
    struct ixd_error err;

    pool_alloc_bulk(pool, &buf, 1);
    pool_free_bulk(pool, &buf, 1);
    pool_free_bulk(pool, &buf, 1);
    ck_assert_uint_eq(pool_available(pool), 64);
    ck_assert_uint_eq(pool_violations(pool), 1);
    ck_contains(pool_first_violation(pool), "from held to free, but is free");
    ck_assert_int_eq(pool_check_home(pool, &err), -EIO);
    pool_destroy(pool);
}
END_TEST

START_TEST(double_free_is_found_at_the_end_without_checks)
{
    struct pool *pool = make(false, 1);
    struct pool_buf *bufs[3];
    struct ixd_error err;

    pool_alloc_bulk(pool, bufs, 3);
    bufs[1] = bufs[0];
    pool_free_bulk(pool, bufs, 3);
    ck_assert_int_eq(pool_check_home(pool, &err), -EIO);
    ck_contains(err.text, "freed twice");
    pool_free_bulk(pool, bufs, 1); /* more than were ever out: must not overrun the stack */
    ck_assert_uint_eq(pool_available(pool), 64);
    ck_assert_uint_eq(pool_violations(pool), 1);
    pool_destroy(pool);
}
END_TEST

START_TEST(foreign_buffer_is_refused)
{
    struct pool *a = make(true, 1), *b = make(true, 1);
    struct pool_buf *buf;

    pool_alloc_bulk(a, &buf, 1);
    pool_free_bulk(b, &buf, 1);
    ck_assert_uint_eq(pool_available(b), 64);
    ck_assert_uint_eq(pool_violations(b), 1);
    ck_contains(pool_first_violation(b), "foreign");
    pool_free_bulk(a, &buf, 1);
    ck_assert_int_eq(pool_check_home(a, NULL), 0);
    pool_destroy(a);
    pool_destroy(b);
}
END_TEST

START_TEST(every_move_between_states)
{
    for (unsigned from = 0; from < POOL_STATES; from++) {
        for (unsigned is = 0; is < POOL_STATES; is++) {
            struct pool *pool = make(true, 1);
            struct pool_buf *buf;

            pool_alloc_bulk(pool, &buf, 1);
            buf->state = is;
            pool_move_bulk(pool, &buf, 1, from, POOL_DEVICE_TX);
            ck_assert_uint_eq(pool_violations(pool), is != from);
            ck_assert_uint_eq(buf->state, is == from ? POOL_DEVICE_TX : is);
            pool_destroy(pool);
        }
    }
}
END_TEST

START_TEST(missing_buffer_is_named)
{
    struct pool *pool = make(true, 1);
    struct pool_buf *bufs[2];
    struct ixd_error err;

    pool_alloc_bulk(pool, bufs, 2);
    pool_move_bulk(pool, bufs, 1, POOL_HELD, POOL_DEVICE_RX);
    pool_free_bulk(pool, bufs + 1, 1);
    ck_assert_int_eq(pool_check_home(pool, &err), -EIO);
    ck_contains(err.text, "1 of 64 buffers are not home");
    ck_contains(err.text, "device-rx");
    pool_destroy(pool);
}
END_TEST

START_TEST(bad_shapes_are_refused)
{
    struct pool *pool;
    struct ixd_error err;

    ck_assert_int_eq(pool_create(&pool, &(struct pool_config){0, 2048, false}, &err), -EINVAL);
    ck_assert_int_eq(pool_create(&pool, &(struct pool_config){1, 2047, false}, &err), -EINVAL);
    ck_assert_int_eq(pool_create(&pool, &(struct pool_config){1, 128, false}, &err), -EINVAL);
    ck_contains(err.text, "128 bytes");
    pool = make(true, 2);
    ck_assert_int_eq(pool_add_segment(pool, memory[0], 0, 100, &err), -EINVAL);
    ck_assert_int_eq(pool_add_segment(pool, memory[0], 0, 2048, &err), -ENOSPC);
    pool_destroy(pool);
}
END_TEST

/* Random bulk operations against a count kept by hand. */
START_TEST(conservation_under_random_traffic)
{
    struct pool *pool = make(true, 2);
    struct pool_buf *out[128];
    unsigned held = 0;
    uint32_t seed = 1;

    for (unsigned step = 0; step < 200000; step++) {
        unsigned count;

        seed = seed * 1664525 + 1013904223;
        count = (seed >> 8) % 40;
        if (seed >> 31) {
            held += pool_alloc_bulk(pool, out + held, count > 128 - held ? 128 - held : count);
        } else {
            count = count > held ? held : count;
            held -= count;
            pool_free_bulk(pool, out + held, count);
        }
        ck_assert_uint_eq(pool_available(pool) + held, 128);
    }
    pool_free_bulk(pool, out, held);
    ck_assert_int_eq(pool_check_home(pool, NULL), 0);
    pool_destroy(pool);
}
END_TEST

START_TEST(chains_go_home_whole)
{
    struct pool *pool = make(true, 1);
    struct pool_buf *bufs[10], *more;

    ck_assert_uint_eq(pool_alloc_bulk(pool, bufs, 10), 10);
    for (unsigned i = 0; i < 10; i++)
        bufs[i]->length = i + 1;
    ck_assert(pool_chain(bufs[1], bufs[6]));
    ck_assert(pool_chain(bufs[7], bufs[8]));
    ck_assert(pool_chain(bufs[1], bufs[7]));
    ck_assert_uint_eq(bufs[1]->nb_segs, 4);
    ck_assert_uint_eq(pool_packet_length(bufs[1]), 2 + 7 + 8 + 9);
    ck_assert_uint_eq(pool_packet_length(bufs[0]), 1);
    pool_free_packets(pool, bufs, 6);
    ck_assert_uint_eq(pool_available(pool), 64 - 1);
    pool_free_packets(pool, bufs + 9, 1);
    ck_assert_int_eq(pool_check_home(pool, NULL), 0);
    ck_assert_uint_eq(pool_alloc_bulk(pool, bufs, 10), 10);
    for (unsigned i = 0; i < 10; i++)
        ck_assert(bufs[i]->nb_segs == 1 && !bufs[i]->next);
    bufs[2]->nb_segs = 200;
    more = bufs[3];
    more->nb_segs = 56;
    ck_assert(!pool_chain(bufs[2], more)); /* more than can be counted */
    bufs[2]->nb_segs = more->nb_segs = 1;
    ck_assert(pool_chain(bufs[2], more));
    pool_free_bulk(pool, bufs + 2, 1); /* would tear the chain */
    ck_contains(pool_first_violation(pool), "part of a chain");
    pool_destroy(pool);
}
END_TEST

TEST_MAIN("pool", chains_go_home_whole,
          buffers_lie_where_the_segment_lies, order_is_last_in_first_out,
          exhaustion_gives_what_there_is, double_free_is_refused,
          double_free_is_found_at_the_end_without_checks, foreign_buffer_is_refused,
          every_move_between_states, missing_buffer_is_named, bad_shapes_are_refused,
          conservation_under_random_traffic)
