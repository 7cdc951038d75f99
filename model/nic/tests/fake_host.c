/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The recording host of fake_host.h. Knows the border (nic.h) and nothing inside the NIC.
 */
#include "model/nic/tests/fake_host.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static bool inside(uint64_t address, uint32_t length)
{
    return length <= FAKE_MEMORY_BYTES && address <= FAKE_MEMORY_BYTES - length;
}

static void answer(struct fake_host *h, const struct fake_read *r, enum nic_dma_status status)
{
    h->reads_done++;
    if (status == NIC_DMA_OK && !inside(r->address, r->length)) {
        h->out_of_memory++;
        status = NIC_DMA_ABORT;
    }
    if (status == NIC_DMA_OK)
        nic_dma_done(&h->nic, r->tag, status, h->memory + r->address, r->length);
    else
        nic_dma_done(&h->nic, r->tag, status, NULL, r->length);
}

static void dma_read(void *host, uint16_t function, uint16_t tag, uint64_t address,
                     uint32_t length)
{
    struct fake_host *h = host;
    struct fake_read r = { tag, address, length };

    ck_assert_uint_ge(length, 1);
    ck_assert_uint_le(length, NIC_READ_MAX);
    ck_assert_uint_eq(address >> 12, (address + length - 1) >> 12);
    if (h->hold_reads) {
        ck_assert_uint_lt(h->reads_held, FAKE_READS);
        h->reads[h->reads_held++] = r;
    } else {
        answer(h, &r, h->fault_reads ? NIC_DMA_FAULT : NIC_DMA_OK);
    }
}

void fake_answer(struct fake_host *h, unsigned i, enum nic_dma_status status)
{
    struct fake_read r = h->reads[i];

    ck_assert_uint_lt(i, h->reads_held);
    memmove(&h->reads[i], &h->reads[i + 1], (h->reads_held - i - 1) * sizeof(r));
    h->reads_held--;
    answer(h, &r, status);
}

static void take_room(struct fake_host *h, uint32_t length)
{
    if (h->room_bytes == UINT32_MAX)
        return;
    ck_assert_uint_ge(h->room_bytes, length + 32);
    h->room_bytes -= length + 32;
}

static void dma_write(void *host, uint16_t function, uint16_t tag, uint64_t address,
                      const void *data, uint32_t length)
{
    struct fake_host *h = host;

    take_room(h, length);
    h->writes++;
    h->last_write_address = address;
    if (inside(address, length))
        memcpy(h->memory + address, data, length);
    else
        h->out_of_memory++;
}

static void message(void *host, uint16_t function, uint64_t address, uint32_t data)
{
    struct fake_host *h = host;

    take_room(h, 4);
    if (h->messages < FAKE_MESSAGES) {
        h->message_address[h->messages] = address;
        h->message_data[h->messages] = data;
        h->message_ps[h->messages] = h->sched.now_ps;
    }
    h->messages++;
}

static uint32_t room(void *host, uint16_t function)
{
    return ((struct fake_host *)host)->room_bytes;
}

static void intx(void *host, uint16_t function, bool level)
{
    struct fake_host *h = host;

    h->intx_changes++;
    h->intx = level;
}

static void frame_out(void *host, uint16_t function, const uint8_t *frame, uint32_t length,
                      bool good_fcs)
{
    struct fake_host *h = host;
    struct fake_frame *f = &h->frame[h->frames++ % FAKE_FRAMES];

    ck_assert_uint_le(length, NIC_FRAME_MAX);
    f->time_ps = h->sched.now_ps;
    f->length = length;
    f->good_fcs = good_fcs;
    memcpy(f->bytes, frame, length);
}

static void event(void *host, const struct nic_event *e)
{
    struct fake_host *h = host;

    ck_assert_uint_lt(e->id, NIC_EVENTS);
    h->events[e->id]++;
    h->last[e->id] = *e;
}

static const struct nic_host_ops ops = {
    dma_read, dma_write, message, room, intx, frame_out, event, NULL,
};

void fake_config(struct nic_config *config)
{
    *config = (struct nic_config){
        .mac = { 0x02, 0x52, 0x53, 0x00, 0x00, 0x01 },
        .module = NIC_MODULE_SR,
    };
    nic_timing_defaults(&config->timing);
}

struct fake_host *fake_new_config(const struct nic_config *config)
{
    struct fake_host *h = calloc(1, sizeof(*h));

    ck_assert_ptr_nonnull(h);
    h->block = aligned_alloc(64, nic_state_size());
    ck_assert_ptr_nonnull(h->block);
    h->room_bytes = UINT32_MAX;
    h->config = *config;
    sched_init(&h->sched, 1);
    ck_assert_int_eq(nic_init(&h->nic, h->block, config, &ops, h, &h->sched), 0);
    return h;
}

struct fake_host *fake_new(void)
{
    struct nic_config config;

    fake_config(&config);
    return fake_new_config(&config);
}

void fake_free(struct fake_host *h)
{
    free(h->block);
    free(h);
}

void fake_run(struct fake_host *h, uint64_t for_ps)
{
    uint64_t until = h->sched.now_ps + for_ps;
    struct sched_event e;
    unsigned fired = 0;

    while (sched_pop(&h->sched, until, &e)) {
        ck_assert_int_eq(sched_event_class(&e), SCHED_NIC);
        ck_assert_uint_lt(fired++, 1000000);
        nic_fire(&h->nic, &e);
    }
    ck_assert_uint_eq(h->sched.refused, 0);
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
    ck_assert(nic_link_up(&h->nic));
}

void fake_enable_pci(struct fake_host *h)
{
    nic_config_write(&h->nic, 0x04, 0x0006, 2); /* memory space, bus master */
}

void fake_enable_msix(struct fake_host *h)
{
    nic_config_write(&h->nic, 0x72, 0x8000, 2);
    for (uint32_t v = 0; v < NIC_VECTORS; v++) {
        nic_mmio_write(&h->nic, 4, 16 * v, 0xfee00000 + 4 * v, 4);
        nic_mmio_write(&h->nic, 4, 16 * v + 4, 0, 4);
        nic_mmio_write(&h->nic, 4, 16 * v + 8, v, 4);
        nic_mmio_write(&h->nic, 4, 16 * v + 12, 0, 4);
    }
}
