/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A host for tests: one NIC, its own event heap, memory that starts at address 0, and a record of
 * everything the NIC asks for. Reads are answered at once unless a test wants to answer itself.
 */
#ifndef RINGSIDE_NIC_FAKE_HOST_H
#define RINGSIDE_NIC_FAKE_HOST_H

#include "model/nic/nic.h"

enum {
    FAKE_MEMORY_BYTES = 4 << 20,
    FAKE_MESSAGES = 256,
    FAKE_FRAMES = 64,
    FAKE_READS = 64,
};

struct fake_frame {
    uint64_t time_ps;
    uint32_t length;
    bool good_fcs;
    uint8_t bytes[NIC_FRAME_MAX];
};
struct fake_read {
    uint16_t tag;
    uint64_t address;
    uint32_t length;
};

struct fake_host {
    struct nic nic;
    struct nic_config config;
    struct sched sched;
    void *block;
    uint8_t memory[FAKE_MEMORY_BYTES];

    bool hold_reads;     /* queue them in reads[] instead of answering */
    bool fault_reads;    /* answer NIC_DMA_FAULT */
    uint32_t room_bytes; /* what room() says; writes and messages take from it unless UINT32_MAX */

    unsigned reads_held;
    struct fake_read reads[FAKE_READS];
    unsigned reads_done, writes;
    uint64_t last_write_address;
    unsigned out_of_memory; /* accesses beyond memory: answered with NIC_DMA_ABORT, or dropped */
    unsigned messages;      /* all; the first FAKE_MESSAGES are kept */
    uint64_t message_address[FAKE_MESSAGES];
    uint32_t message_data[FAKE_MESSAGES];
    uint64_t message_ps[FAKE_MESSAGES];
    unsigned frames;        /* all; frame i is kept in frame[i % FAKE_FRAMES] */
    struct fake_frame frame[FAKE_FRAMES];
    bool intx;
    unsigned intx_changes;
    unsigned events[NIC_EVENTS];
    struct nic_event last[NIC_EVENTS];
};

/* A NIC with a module in its cage and default timing, just powered on. Never returns NULL. */
struct fake_host *fake_new(void);
/* The same with another configuration. */
struct fake_host *fake_new_config(const struct nic_config *config);
void fake_config(struct nic_config *config); /* what fake_new() uses */
void fake_free(struct fake_host *h);

/* Runs the NIC's events up to and including this instant, relative to now. Stops after a million
 * events (fails the test). */
void fake_run(struct fake_host *h, uint64_t for_ps);
/* Answers held read number i (and removes it). */
void fake_answer(struct fake_host *h, unsigned i, enum nic_dma_status status);

/* BAR 0. */
uint32_t fake_r32(struct fake_host *h, uint32_t offset);
void fake_w32(struct fake_host *h, uint32_t offset, uint32_t value);
/* Carrier, and time for the link to come up. */
void fake_link_up(struct fake_host *h);
/* Memory space, bus master, MSI-X with its first vectors aimed at 0xfee00000 + v, data v. */
void fake_enable_pci(struct fake_host *h);
void fake_enable_msix(struct fake_host *h);

#endif
