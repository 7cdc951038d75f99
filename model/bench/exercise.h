/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A device that is no NIC: it does nothing but read and write memory in a closed loop, so many
 * accesses under way, and tells when each began and ended. It stands in for the NIC of port 0, on
 * the same link, root complex and IOTLB, for measurements of those (ringside pcie-bench). It is
 * the caller's and no part of a saved state: a bench that has been exercised is of no other use.
 */
#ifndef RINGSIDE_BENCH_EXERCISE_H
#define RINGSIDE_BENCH_EXERCISE_H

#include "model/bench/bench.h"

enum {
    BENCH_EXERCISE_SLOTS = 64,
    BENCH_EXERCISE_TAG = 0x40, /* NIC_TAG_KIND() of what it asks for */
};
enum bench_exercise_op {
    BENCH_EXERCISE_READ,
    BENCH_EXERCISE_WRITE, /* over when it has been handed to the link */
    BENCH_EXERCISE_WRRD,  /* a write, and behind it a read of the same address */
};

struct bench_exercise {
    enum bench_exercise_op op;
    uint32_t bytes; /* of an access, 1..NIC_READ_MAX, within a page of 4 KiB */
    uint32_t slots; /* accesses under way, 1..BENCH_EXERCISE_SLOTS */
    uint64_t count;
    /* Its engine: least time between two reads and between two writes; what a write takes before
     * it is handed to the link. What it adds to a read: nic_read, nic_read_byte of the plan. */
    uint64_t read_gap_ps, write_gap_ps, write_ps, write_byte_ps;
    uint64_t (*address)(void *owner);
    /* One is over; they end in any order. */
    void (*done)(void *owner, uint64_t began_ps, uint64_t ended_ps);
    void *owner;

    /* its own */
    struct {
        uint64_t address, began_ps, due_ps;
        uint8_t phase;
    } slot[BENCH_EXERCISE_SLOTS];
    uint64_t started, finished, next_read_ps, next_write_ps, wake_ps;
    uint32_t turn; /* the slot that is looked at first */
};

/* Runs it to its end. 0, -EINVAL for numbers out of range, -EIO when it can get no further. */
int bench_exercise(struct bench *b, struct bench_exercise *x);

#endif
