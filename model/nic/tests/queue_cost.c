/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A load for counting instructions: usage: queue-cost QUEUES BATCHES. With QUEUES enabled each way,
 * batches of 32 frames of 60 bytes are sent, the queues taking turns, and as many received by
 * queue 0. Prints how many came through and how many events (of the heap, and told) that took;
 * scripts/profile.py has the instructions counted. fake_host.h's calls are made anew here, without
 * Check, whose assertions cost more than the NIC.
 */
#include <stdio.h>

#include "model/nic/tests/queues.h"

static void dma_read(void *host, uint16_t function, uint16_t tag, uint64_t address,
                     uint32_t length)
{
    struct fake_host *h = host;
    bool good = address + length <= FAKE_MEMORY_BYTES;

    nic_dma_done(&h->nic, tag, good ? NIC_DMA_OK : NIC_DMA_ABORT, h->memory + (good ? address : 0),
                 good ? length : 0);
}

static void dma_write(void *host, uint16_t function, uint16_t tag, uint64_t address,
                      const void *data, uint32_t length)
{
    if (address + length <= FAKE_MEMORY_BYTES)
        memcpy(((struct fake_host *)host)->memory + address, data, length);
}

static void deliver(void *host, uint16_t function, const struct nic_delivery *d)
{
    dma_write(host, function, d->data_tag, d->address, d->bytes, d->length);
    dma_write(host, function, d->desc_tag, d->desc_address, d->desc, sizeof d->desc);
}

static void message(void *host, uint16_t function, uint64_t address, uint32_t data)
{
}

static uint32_t room(void *host, uint16_t function)
{
    return UINT32_MAX;
}

static void intx(void *host, uint16_t function, bool level)
{
}

static void frame_out(void *host, uint16_t function, const uint8_t *frame, uint32_t length,
                      bool good_fcs)
{
    ((struct fake_host *)host)->frames++;
}

/* As a bench takes events: in blocks. */
static struct nic_event block[256];
static void came(void *host, const struct nic_event *e);
static struct nic_log events = {.at = block, .end = block + 256, .came = came};

static void came(void *host, const struct nic_event *e)
{
    for (e = block; e != events.at; e++)
        ((struct fake_host *)host)->events[e->id]++;
    events.at = block;
}

static void event(void *host, const struct nic_event *e)
{
    ((struct fake_host *)host)->events[e->id]++;
}

static const uint32_t on_their_way;

struct fake_host *fake_new(void)
{
    static const struct nic_host_ops ops = {dma_read, dma_write, message, room,
                                            intx, frame_out, event, deliver};
    struct fake_host *h = calloc(1, sizeof(*h));

    h->block = aligned_alloc(64, nic_state_size());
    h->config = (struct nic_config){.mac = {0x02, 0x52, 0x53, 0, 0, 1}, .module = NIC_MODULE_SR};
    nic_timing_defaults(&h->config.timing);
    sched_init(&h->sched, 1);
    if (nic_init(&h->nic, h->block, &h->config, &ops, h, &h->sched))
        abort();
    h->nic.log = &events; /* as a bench plugs it in, whose writes have all landed */
    h->nic.posted = &on_their_way;
    h->nic.posted_most = NIC_ROOM_MAX;
    events.owner = h;
    return h;
}

void fake_run(struct fake_host *h, uint64_t for_ps)
{
    uint64_t until = h->sched.now_ps + for_ps;
    struct sched_event e;
    enum sched_line line;
    uint32_t device;

    while ((line = sched_next(&h->sched, until, &device, &e)) != SCHED_NONE) { /* as a bench does */
        if (line == SCHED_REST)
            nic_fire(&h->nic, &e);
        else
            nic_line(&h->nic, line);
    }
}

uint32_t fake_r32(struct fake_host *h, uint32_t offset)
{
    return (uint32_t)nic_mmio_read(&h->nic, 0, offset, 4);
}

void fake_w32(struct fake_host *h, uint32_t offset, uint32_t value)
{
    nic_mmio_write(&h->nic, 0, offset, value, 4);
}

void fake_link_up(struct fake_host *h)
{
    nic_carrier(&h->nic, true);
    fake_run(h, h->config.timing.link_up_ps);
}

void fake_enable_pci(struct fake_host *h)
{
    nic_config_write(&h->nic, 0x04, 0x0006, 2);
}

enum { BATCH = 32, RING = 64, BYTES = 60, TX_THRESHOLDS = 36 | 8 << 8 };

static void send_batch(struct fake_host *h, uint32_t q, uint32_t from)
{
    for (uint32_t i = 0; i < BATCH; i++)
        tx_put(h, q, (from + i) % RING, TX_BUFFERS, BYTES, T_FULL);
    fake_w32(h, txq(q, DT), (from + BATCH) % RING);
}

static void receive_batch(struct fake_host *h, const uint8_t *frame, uint32_t from)
{
    for (uint32_t i = 0; i < BATCH; i++) {
        nic_frame_in(&h->nic, frame, BYTES, true);
        fake_run(h, (BYTES + 24) * 800);
    }
    for (uint32_t i = 0; i < BATCH; i++)
        rx_post(h, 0, (from + i) % RING);
    fake_w32(h, rxq(0, DT), (from + BATCH - 1) % RING);
}

int main(int argc, char **argv)
{
    uint32_t queues = argc == 3 ? (uint32_t)atoi(argv[1]) : 0;
    uint32_t batches = argc == 3 ? (uint32_t)atoi(argv[2]) : 0;
    uint8_t frame[BYTES];

    if (queues < 1 || queues > 128 || batches < 1) {
        fprintf(stderr, "usage: queue-cost QUEUES BATCHES (1 to 128; at least 1)\n");
        return EXIT_FAILURE;
    }
    struct fake_host *h = port_new();
    make_frame(frame, BYTES, station, 1);
    memcpy(h->memory + TX_BUFFERS, frame, BYTES);
    for (uint32_t q = 0; q < queues; q++) {
        rx_start(h, q, RING, ADVANCED);
        tx_start(h, q, RING, TX_THRESHOLDS);
    }
    for (uint32_t i = 0; i < batches; i++) {
        send_batch(h, i % queues, i / queues % 2 * BATCH);
        receive_batch(h, frame, i % 2 * BATCH);
    }
    fake_run(h, 1000 * 1000 * NS);
    came(h, NULL);
    uint64_t count = h->sched.dispatched;
    for (unsigned id = 0; id < NIC_EVENTS; id++)
        count += h->events[id];
    printf("%u sent %u received %llu events\n", h->frames, h->events[NIC_EV_rx_frame],
           (unsigned long long)count);
    bool whole = h->frames == batches * BATCH && h->events[NIC_EV_rx_frame] == batches * BATCH;
    free(h->block);
    free(h);
    return whole ? EXIT_SUCCESS : EXIT_FAILURE;
}
