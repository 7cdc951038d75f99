/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A bus for the driver's unit tests: registers as storage with the few bits that move by
 * themselves, a clock that only sleeps move, interrupts, and a device whose data path runs only
 * when a test calls it. Small on purpose: it is no model of the NIC. Knows the driver's register
 * list, so it proves nothing about offsets; the comparison with the model's table does.
 */
#ifndef RINGSIDE_DRIVER_TESTS_FAKE_BUS_H
#define RINGSIDE_DRIVER_TESTS_FAKE_BUS_H

#include "driver/bus.h"
#include "driver/pool.h"

enum { FAKE_REGS = 0x20000 / 4, FAKE_DMA_MAX = 64, FAKE_STUCK_MAX = 4 };

/* Reads of `offset` give (value & ~mask) | bits, whatever is written. */
struct fake_stuck {
    uint32_t offset, mask, bits;
};

struct fake_bus {
    struct ixd_bus bus;
    uint32_t reg[FAKE_REGS];
    struct fake_stuck stuck[FAKE_STUCK_MAX];
    unsigned stuck_count;
    bool gone; /* every read gives all ones */
    unsigned stumbles; /* so many reads do */

    uint64_t now_ns;
    uint64_t reads, writes; /* register accesses */
    uint64_t resets;
    uint64_t tail_writes;

    struct ixd_dma dma[FAKE_DMA_MAX];
    uint64_t iova_base; /* of the first allocation */
    unsigned dma_count; /* ever */
    unsigned dma_live;
    unsigned dma_fail_at; /* the n-th allocation fails, counted from 1; 0: none */

    uint64_t cause;                        /* latched, by vector */
    uint64_t message;                      /* sent, not yet waited for, by vector */
    enum ixd_irq_kind kind;
    unsigned vectors;                      /* switched on */
    uint8_t config[4096];                  /* storage */
    uint64_t contexts;                     /* context descriptors taken */
    uint64_t context[2];                   /* the last of them */
    uint64_t command;                      /* word 1 of the last packet's first descriptor */
    uint8_t packet[128 << 10];             /* the last packet sent */
    unsigned segs;                         /* data descriptors of the last packet */
    uint64_t waits;                        /* irq_wait calls that had to sleep */
    void (*on_arm)(struct fake_bus *fake); /* called right before EIMS_EX takes effect */
};

void fake_bus_init(struct fake_bus *fake);
void fake_bus_stick(struct fake_bus *fake, uint32_t offset, uint32_t mask, uint32_t bits);

/* A pool of `buffers` with `check`, and memory for it. */
struct pool *fake_pool(struct fake_bus *fake, unsigned buffers);

/* Frees the pool (may be NULL) and all memory that came from this bus. */
void fake_bus_fini(struct fake_bus *fake, struct pool *pool);

/* The device receives `length` bytes into the next descriptor of a queue: word 1 gets DD, the
 * length, and `status`. False when the ring is empty (or the queue off). */
bool fake_receive(struct fake_bus *fake, unsigned queue, const void *bytes, unsigned length,
                  uint64_t status);

/* The same, with word 0 as the device writes it back. */
bool fake_receive_as(struct fake_bus *fake, unsigned queue, const void *bytes, unsigned length,
                     uint64_t word, uint64_t status);

/* The device sends up to `max` packets of a queue, as they lie in memory, handing each to `sent`
 * (may be NULL), and writes reports back where asked for. Returns how many. */
unsigned fake_transmit(struct fake_bus *fake, unsigned queue, unsigned max,
                       void (*sent)(void *context, const uint8_t *bytes, unsigned length),
                       void *context);

void fake_link(struct fake_bus *fake, bool up);

#endif
