/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The fake bus of fake_bus.h.
 */
#include "driver/tests/fake_bus.h"

#include "driver/desc.h"
#include "driver/regs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fake_bus *of(struct ixd_bus *bus)
{
    return bus->impl;
}

static uint32_t *reg(struct fake_bus *fake, uint32_t offset)
{
    if (offset % 4 || offset / 4 >= FAKE_REGS) {
        fprintf(stderr, "fake bus: access at 0x%x\n", offset);
        abort();
    }
    return &fake->reg[offset / 4];
}

static void power_on(struct fake_bus *fake)
{
    memset(fake->reg, 0, sizeof(fake->reg));
    *reg(fake, IXD_EEC) = IXD_EEC_ARD;
    *reg(fake, IXD_RDRXCTL) = IXD_RDRXCTL_DMAIDONE;
    *reg(fake, IXD_SECRXSTAT) = IXD_SECRXSTAT_RDY;
    *reg(fake, IXD_RAL) = 0x33221102;
    *reg(fake, IXD_RAH) = IXD_RAH_AV | 0x5544;
    *reg(fake, IXD_AUTOC) = IXD_AUTOC_LMS_SERIAL;
    *reg(fake, IXD_LINKS) = 0x70000000;
    fake->cause = 0;
}

static uint32_t fake_read32(struct ixd_bus *bus, uint32_t offset)
{
    struct fake_bus *fake = of(bus);
    uint32_t value = *reg(fake, offset);

    fake->reads++;
    if (fake->gone)
        return UINT32_MAX;
    if (fake->stumbles) {
        fake->stumbles--;
        return UINT32_MAX;
    }
    if (offset == IXD_STATUS)
        value = (*reg(fake, IXD_CTRL) & IXD_CTRL_GIO_DIS) ? 0 : IXD_STATUS_GIO;
    for (unsigned i = 0; i < fake->stuck_count; i++) {
        if (fake->stuck[i].offset == offset)
            value = (value & ~fake->stuck[i].mask) | fake->stuck[i].bits;
    }
    if (offset == IXD_EICR || offset == IXD_GPRC || offset == IXD_GPTC)
        *reg(fake, offset) = 0; /* cleared by reading; the other counters hold still in tests */
    return value;
}

/* Latched causes become messages where the mask is open, and the message masks its vector. */
static void send_messages(struct fake_bus *fake)
{
    for (unsigned i = 0; i < 2; i++) {
        uint32_t *mask = reg(fake, IXD_AT(EIMS_EX, i));
        uint32_t ready = (uint32_t)(fake->cause >> 32 * i) & *mask;

        fake->message |= (uint64_t)ready << 32 * i;
        fake->cause &= ~((uint64_t)ready << 32 * i);
        *mask &= ~(ready & *reg(fake, IXD_AT(EIAM_EX, i)));
    }
}

static void fake_write32(struct ixd_bus *bus, uint32_t offset, uint32_t value)
{
    struct fake_bus *fake = of(bus);

    fake->writes++;
    if (offset == IXD_CTRL && (value & (IXD_CTRL_RST | IXD_CTRL_LRST))) {
        fake->resets++;
        power_on(fake);
    } else if (offset == IXD_AUTOC) {
        *reg(fake, offset) = value & ~IXD_AUTOC_AN_RESTART;
    } else if (offset == IXD_AT(EIMS_EX, 0) || offset == IXD_AT(EIMS_EX, 1)) {
        if (fake->on_arm)
            fake->on_arm(fake);
        *reg(fake, offset) |= value;
        send_messages(fake);
    } else if (offset == IXD_AT(EIMC_EX, 0) || offset == IXD_AT(EIMC_EX, 1)) {
        *reg(fake, offset - IXD_EIMC_EX + IXD_EIMS_EX) &= ~value;
    } else {
        *reg(fake, offset) = value;
    }
    for (unsigned q = 0; q < 16; q++) {
        if (offset == IXD_AT(RDT, q) || offset == IXD_AT(TDT, q))
            fake->tail_writes++;
    }
}

static int fake_dma_alloc(struct ixd_bus *bus, size_t bytes, unsigned access, struct ixd_dma *out,
                          struct ixd_error *err)
{
    struct fake_bus *fake = of(bus);
    unsigned n = fake->dma_count;

    if (n == FAKE_DMA_MAX || n + 1 == fake->dma_fail_at)
        return ixd_fail(err, -ENOMEM, "fake: no memory");
    bytes = (bytes + 4095) / 4096 * 4096;
    *out = (struct ixd_dma){
        .virt = aligned_alloc(4096, bytes),
        .iova = fake->iova_base + (uint64_t)n * 0x1000000,
        .bytes = bytes,
        .page_bytes = 4096,
        .access = access,
        .impl = &fake->dma[n],
    };
    memset(out->virt, 0, bytes);
    fake->dma[n] = *out;
    fake->dma_count++;
    fake->dma_live++;
    return 0;
}

static void fake_dma_free(struct ixd_bus *bus, struct ixd_dma *dma)
{
    struct fake_bus *fake = of(bus);
    struct ixd_dma *mine = dma->impl;

    free(dma->virt);
    memset(mine, 0, sizeof(*mine));
    memset(dma, 0, sizeof(*dma));
    fake->dma_live--;
}

/* Where the device finds an IOVA; a wild one ends the test. */
static void *at(struct fake_bus *fake, uint64_t iova, size_t bytes)
{
    for (unsigned i = 0; i < fake->dma_count; i++) {
        struct ixd_dma *dma = &fake->dma[i];

        if (dma->virt && iova >= dma->iova && iova + bytes <= dma->iova + dma->bytes)
            return (uint8_t *)dma->virt + (iova - dma->iova);
    }
    fprintf(stderr, "fake bus: DMA of %zu bytes at 0x%llx\n", bytes, (unsigned long long)iova);
    abort();
}

static int fake_irq_enable(struct ixd_bus *bus, enum ixd_irq_kind kind, unsigned count,
                           struct ixd_error *err)
{
    of(bus)->kind = kind;
    of(bus)->vectors = count;
    return 0;
}

static void fake_irq_disable(struct ixd_bus *bus)
{
    of(bus)->vectors = 0;
    of(bus)->message = 0;
}

static int fake_irq_wait(struct ixd_irq *irqs, unsigned count, uint64_t timeout_ns)
{
    int fired = 0;

    for (unsigned i = 0; i < count; i++) {
        struct fake_bus *fake = of(irqs[i].bus);

        irqs[i].fired = (fake->message >> irqs[i].vector) & 1;
        fake->message &= ~(UINT64_C(1) << irqs[i].vector);
        fired += irqs[i].fired;
    }
    if (!fired) {
        of(irqs[0].bus)->now_ns += timeout_ns;
        of(irqs[0].bus)->waits++;
    }
    return fired;
}

static int fake_config_read(struct ixd_bus *bus, uint32_t offset, unsigned bytes, uint32_t *value)
{
    *value = 0;
    memcpy(value, of(bus)->config + offset, bytes);
    return 0;
}

static int fake_config_write(struct ixd_bus *bus, uint32_t offset, unsigned bytes, uint32_t value)
{
    memcpy(of(bus)->config + offset, &value, bytes);
    return 0;
}

static uint64_t fake_now_ns(struct ixd_bus *bus)
{
    return of(bus)->now_ns;
}

static void fake_sleep_ns(struct ixd_bus *bus, uint64_t ns)
{
    of(bus)->now_ns += ns;
}

static const struct ixd_bus_ops fake_ops = {
    .read32 = fake_read32,
    .write32 = fake_write32,
    .dma_alloc = fake_dma_alloc,
    .dma_free = fake_dma_free,
    .irq_enable = fake_irq_enable,
    .irq_disable = fake_irq_disable,
    .irq_wait = fake_irq_wait,
    .config_read = fake_config_read,
    .config_write = fake_config_write,
    .now_ns = fake_now_ns,
    .sleep_ns = fake_sleep_ns,
};

void fake_bus_init(struct fake_bus *fake)
{
    memset(fake, 0, sizeof(*fake));
    fake->bus.ops = &fake_ops;
    fake->bus.impl = fake;
    fake->bus.irq_vectors = 64;
    fake->iova_base = 0x700000000;
    snprintf(fake->bus.name, sizeof(fake->bus.name), "fake0");
    power_on(fake);
}

void fake_bus_stick(struct fake_bus *fake, uint32_t offset, uint32_t mask, uint32_t bits)
{
    fake->stuck[fake->stuck_count++] = (struct fake_stuck){offset, mask, bits};
}

struct pool *fake_pool(struct fake_bus *fake, unsigned buffers)
{
    const unsigned per_segment = POOL_SEGMENT_BYTES / POOL_BUF_BYTES;
    struct pool_config config = {.segments_max = (buffers + per_segment - 1) / per_segment,
                                 .buf_bytes = POOL_BUF_BYTES,
                                 .check = true};
    struct pool *pool;

    if (pool_create(&pool, &config, NULL))
        abort();
    while (buffers) {
        unsigned n = buffers < per_segment ? buffers : per_segment;
        struct ixd_dma dma;

        if (fake_dma_alloc(&fake->bus, (size_t)n * POOL_BUF_BYTES, 3, &dma, NULL) ||
            pool_add_segment(pool, dma.virt, dma.iova, (size_t)n * POOL_BUF_BYTES, NULL))
            abort();
        buffers -= n;
    }
    return pool;
}

void fake_bus_fini(struct fake_bus *fake, struct pool *pool)
{
    pool_destroy(pool);
    for (unsigned i = 0; i < fake->dma_count; i++)
        free(fake->dma[i].virt);
    fake->dma_count = 0;
}

static unsigned vector_of(struct fake_bus *fake, unsigned queue)
{
    return *reg(fake, IXD_AT(IVAR, queue / 2)) >> 16 * (queue % 2) & 63;
}

bool fake_receive(struct fake_bus *fake, unsigned queue, const void *bytes, unsigned length,
                  uint64_t status)
{
    return fake_receive_as(fake, queue, bytes, length, 0, status);
}

bool fake_receive_as(struct fake_bus *fake, unsigned queue, const void *bytes, unsigned length,
                     uint64_t word, uint64_t status)
{
    uint64_t base = *reg(fake, IXD_RXQ(RDBAL, queue)) | (uint64_t)*reg(fake, IXD_RXQ(RDBAH, queue))
                                                           << 32;
    uint32_t ring = *reg(fake, IXD_RXQ(RDLEN, queue)) / 16;
    uint32_t *head = reg(fake, IXD_RXQ(RDH, queue));
    struct ixd_desc *desc;

    if (!(*reg(fake, IXD_RXQ(RXDCTL, queue)) & IXD_RXDCTL_ENABLE) ||
        *head == *reg(fake, IXD_RXQ(RDT, queue)))
        return false;
    desc = at(fake, base + *head * 16, 16);
    memcpy(at(fake, le64toh(desc->word[0]), length), bytes, length);
    desc->word[0] = htole64(word);
    desc->word[1] = htole64(IXD_RX_DD | status | (uint64_t)length << 32);
    *head = (*head + 1) % ring;
    fake->cause |= UINT64_C(1) << vector_of(fake, queue);
    send_messages(fake);
    return true;
}

/* One data descriptor of the packet that is being put together. */
static void gather(struct fake_bus *fake, uint64_t iova, uint64_t command, unsigned *gathered)
{
    unsigned length = command & 0xffff;

    if (*gathered == 0) {
        fake->command = command;
        fake->segs = 0;
    }
    fake->segs++;
    if (*gathered + length > sizeof(fake->packet))
        abort();
    memcpy(fake->packet + *gathered, at(fake, iova, length), length);
    *gathered += length;
}

unsigned fake_transmit(struct fake_bus *fake, unsigned queue, unsigned max,
                       void (*sent)(void *context, const uint8_t *bytes, unsigned length),
                       void *context)
{
    uint64_t base = *reg(fake, IXD_AT(TDBAL, queue)) | (uint64_t)*reg(fake, IXD_AT(TDBAH, queue))
                                                           << 32;
    uint32_t ring = *reg(fake, IXD_AT(TDLEN, queue)) / 16;
    uint32_t *head = reg(fake, IXD_AT(TDH, queue));
    unsigned count = 0, gathered = 0;

    while (count < max && *head != *reg(fake, IXD_AT(TDT, queue))) {
        struct ixd_desc *desc = at(fake, base + *head * 16, 16);
        uint64_t command = le64toh(desc->word[1]);

        *head = (*head + 1) % ring;
        if ((command & (UINT64_C(0xf) << 20)) == IXD_CTX_DTYP) {
            fake->contexts++;
            fake->context[0] = le64toh(desc->word[0]);
            fake->context[1] = command;
            continue;
        }
        gather(fake, le64toh(desc->word[0]), command, &gathered);
        if (command & IXD_TX_RS)
            desc->word[1] = htole64(IXD_TX_DD);
        if (!(command & IXD_TX_EOP))
            continue;
        if (sent)
            sent(context, fake->packet, gathered);
        gathered = 0;
        ++*reg(fake, IXD_GPTC);
        count++;
    }
    return count;
}

void fake_link(struct fake_bus *fake, bool up)
{
    *reg(fake, IXD_LINKS) = up ? 0x70000000 : 0;
    if (fake->vectors) { /* the last vector is the one for link changes, and not masked */
        *reg(fake, IXD_EICR) |= IXD_EICR_LSC;
        fake->message |= UINT32_C(1) << (fake->vectors - 1);
    }
}
