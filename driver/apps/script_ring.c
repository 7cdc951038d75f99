/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The statements of register scripts that bring a port up, and its rings: the steps that every
 * script takes before it comes to its point. Each is here because a script may leave it out, or
 * take it wrongly by writing the registers itself.
 */
#include "driver/apps/regname.h"
#include "driver/apps/script_priv.h"
#include "driver/regs.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { DESCRIPTOR_BYTES = 16, BUFFER_BYTES = 2048, SLOTS_MAX = 4096 };
/* Of an advanced data descriptor: DEXT, RS, IFCS, EOP, DTYP 3; PAYLEN from bit 46, length at 0. */
#define SEND_COMMAND (UINT64_C(0x2b300000))

static void write32(struct ixd_script *s, uint32_t offset, uint32_t value)
{
    ixd_write32(script_bus(s, s->port), offset, value);
}

static uint32_t read32(struct ixd_script *s, uint32_t offset)
{
    return ixd_read32(script_bus(s, s->port), offset);
}

/* Until the register's bits of `mask` are `want`; 1 s. */
static int settle(struct ixd_script *s, uint32_t offset, uint32_t mask, uint32_t want,
                  const char *name, struct ixd_error *err)
{
    struct ixd_bus *bus = script_bus(s, s->port);

    for (unsigned tries = 0; tries < 10000; tries++) {
        if ((read32(s, offset) & mask) == want)
            return 0;
        bus->ops->sleep_ns(bus, 100000);
    }
    return ixd_fail(err, -ETIMEDOUT, "%s: expected bits 0x%08x to become 0x%08x within 1 s", name,
                    mask, want);
}

/* setup: interrupts masked, reset, EEPROM and DMA ready, the MAC as drivers set it, link up. No
 * queue is enabled, frames are accepted from all senders to all receivers. */
int script_setup(struct ixd_script *s, struct ixd_error *err)
{
    struct ixd_bus *bus;
    int rc;

    if (s->dry)
        return 0;
    bus = script_bus(s, s->port);
    write32(s, IXD_EIMC, 0x7fffffff);
    write32(s, IXD_CTRL, read32(s, IXD_CTRL) | IXD_CTRL_RST | IXD_CTRL_LRST);
    bus->ops->sleep_ns(bus, 1000000);
    rc = settle(s, IXD_CTRL, IXD_CTRL_RST | IXD_CTRL_LRST, 0, "CTRL", err);
    if (rc == 0)
        rc = settle(s, IXD_EEC, IXD_EEC_ARD, IXD_EEC_ARD, "EEC", err);
    if (rc == 0)
        rc = settle(s, IXD_RDRXCTL, IXD_RDRXCTL_DMAIDONE, IXD_RDRXCTL_DMAIDONE, "RDRXCTL", err);
    if (rc)
        return rc;
    write32(s, IXD_EIMC, 0x7fffffff);
    read32(s, IXD_EICR);
    write32(s, IXD_HLREG0,
            read32(s, IXD_HLREG0) | IXD_HLREG0_TXCRCEN | IXD_HLREG0_RXCRCSTRP | IXD_HLREG0_TXPADEN);
    write32(s, IXD_RDRXCTL, (read32(s, IXD_RDRXCTL) & ~IXD_RDRXCTL_RSCFRSTSIZE) |
                                IXD_RDRXCTL_CRCSTRIP);
    write32(s, IXD_FCTRL, IXD_FCTRL_BAM | IXD_FCTRL_UPE | IXD_FCTRL_MPE);
    write32(s, IXD_RTTDCS, read32(s, IXD_RTTDCS) & ~IXD_RTTDCS_ARBDIS);
    return settle(s, IXD_LINKS, IXD_LINKS_UP, IXD_LINKS_UP, "LINKS", err);
}

/* Where a queue's registers lie behind its base: the same on both sides. */
enum {
    AT_HIGH = IXD_RDBAH - IXD_RDBAL,
    AT_LENGTH = IXD_RDLEN - IXD_RDBAL,
    AT_HEAD = IXD_RDH - IXD_RDBAL,
    AT_TAIL = IXD_RDT - IXD_RDBAL,
    AT_CONTROL = IXD_RXDCTL - IXD_RDBAL,
};
_Static_assert((int)AT_TAIL == IXD_TDT - IXD_TDBAL && (int)AT_CONTROL == IXD_TXDCTL - IXD_TDBAL,
               "both sides alike");

static const struct side {
    const char *word, *base; /* name of the register */
} sides[] = {{"rx", "RDBAL"}, {"tx", "TDBAL"}};
enum { RX, TX };

/* rx Q, tx Q */
static int side_of(struct ixd_script *s, const struct side **side, uint64_t *queue,
                   struct ixd_error *err)
{
    int rc;

    *side = &sides[script_is(s, s->pos, sides[TX].word) ? TX : RX];
    if (!script_is(s, s->pos, (*side)->word))
        return script_wrong(s, err, "'rx' or 'tx'");
    s->pos++;
    rc = script_eval(s, queue, err);
    if (rc == 0 && (s->known || !s->dry) && *queue > 127)
        rc = ixd_fail(err, -ERANGE, "there is no queue %llu", (unsigned long long)*queue);
    return rc;
}

static uint32_t queue_base(const struct side *side, uint64_t queue)
{
    return ixd_regname_offset(ixd_regname_find(side->base, strlen(side->base)), (uint32_t)queue);
}

/* A buffer "rx3" (of port 1: "p1rx3"), with `suffix` behind, and where it lies. */
static int queue_buffer(struct ixd_script *s, const struct side *side, uint64_t queue,
                        const char *suffix, uint64_t bytes, uint64_t *iova, struct ixd_error *err)
{
    struct script_name name = {""};
    int rc;

    if (s->dry && !s->known)
        return ixd_fail(err, -EINVAL, "queue and slots must be plain numbers: they name a buffer");
    if (s->port)
        snprintf(name.text, sizeof(name.text), "p%u%s%u%s", s->port, side->word, (unsigned)queue,
                 suffix);
    else
        snprintf(name.text, sizeof(name.text), "%s%u%s", side->word, (unsigned)queue, suffix);
    rc = script_buffer_new(s, &name, bytes, 0, false, err);
    *iova = rc == 0 ? s->buffer[s->buffers - 1].iova : 0;
    return rc;
}

/* The ring's memory, and base, length, head and tail; the queue stays off. */
static int make_ring(struct ixd_script *s, const struct side *side, uint64_t queue, uint64_t slots,
                     uint64_t *iova, struct ixd_error *err)
{
    const uint32_t at = queue_base(side, queue);
    int rc = queue_buffer(s, side, queue, "", slots * DESCRIPTOR_BYTES, iova, err);

    if (rc || s->dry)
        return rc;
    write32(s, at, (uint32_t)*iova);
    write32(s, at + AT_HIGH, (uint32_t)(*iova >> 32));
    write32(s, at + AT_LENGTH, (uint32_t)(slots * DESCRIPTOR_BYTES));
    write32(s, at + AT_HEAD, 0);
    write32(s, at + AT_TAIL, 0);
    return 0;
}

static int enable(struct ixd_script *s, const struct side *side, uint64_t queue, bool on,
                  struct ixd_error *err)
{
    const uint32_t at = queue_base(side, queue) + AT_CONTROL;

    if (on && side == &sides[TX])
        write32(s, IXD_DMATXCTL, read32(s, IXD_DMATXCTL) | IXD_DMATXCTL_TE);
    write32(s, at, (read32(s, at) & ~IXD_RXDCTL_ENABLE) | (on ? IXD_RXDCTL_ENABLE : 0));
    return settle(s, at, IXD_RXDCTL_ENABLE, on ? IXD_RXDCTL_ENABLE : 0,
                  side == &sides[TX] ? "TXDCTL" : "RXDCTL", err);
}

/* ring rx Q, SLOTS; ring tx Q, SLOTS */
int script_ring(struct ixd_script *s, struct ixd_error *err)
{
    const struct side *side;
    uint64_t queue = 0, slots = 0, iova;
    int rc = side_of(s, &side, &queue, err);

    if (rc == 0)
        rc = script_expect_sign(s, ',', err);
    if (rc == 0)
        rc = script_eval(s, &slots, err);
    return rc ? rc : make_ring(s, side, queue, slots, &iova, err);
}

/* start rx Q, stop tx Q: ENABLE written and waited for; of transmit, the DMA engine before. */
int script_start(struct ixd_script *s, struct ixd_error *err)
{
    const bool on = script_is(s, s->statement, "start");
    const struct side *side;
    uint64_t queue = 0;
    int rc = side_of(s, &side, &queue, err);

    return rc || s->dry ? rc : enable(s, side, queue, on, err);
}

static int queue_and_slots(struct ixd_script *s, uint64_t v[2], struct ixd_error *err)
{
    int rc = script_values(s, v, 2, err);

    if (rc == 0 && (s->known || !s->dry) && (v[0] > 127 || v[1] > SLOTS_MAX))
        rc = ixd_fail(err, -ERANGE, "queue %llu with %llu slots: expected at most 127, and %d",
                      (unsigned long long)v[0], (unsigned long long)v[1], SLOTS_MAX);
    return rc;
}

/* receive Q, SLOTS: a ring with a buffer of 2 KiB behind each slot, all in @rxQdata; advanced
 * descriptors; on, and all of them but one posted. */
int script_receive(struct ixd_script *s, struct ixd_error *err)
{
    uint64_t v[2] = {0}, ring, data, word;
    uint32_t base;
    int rc = queue_and_slots(s, v, err);

    if (rc == 0)
        rc = make_ring(s, &sides[RX], v[0], v[1], &ring, err);
    if (rc == 0)
        rc = queue_buffer(s, &sides[RX], v[0], "data", v[1] * BUFFER_BYTES, &data, err);
    if (rc || s->dry)
        return rc;
    for (uint64_t i = 0; i < v[1]; i++) {
        uint8_t *slot = script_memory(s, ring + i * DESCRIPTOR_BYTES, DESCRIPTOR_BYTES, err);

        if (!slot)
            return -EFAULT;
        word = htole64(data + i * BUFFER_BYTES);
        memcpy(slot, &word, sizeof(word));
    }
    base = queue_base(&sides[RX], v[0]);
    write32(s, base + IXD_SRRCTL - IXD_RDBAL, IXD_SRRCTL_BSIZEPACKET_2K | IXD_SRRCTL_ADV_ONE);
    rc = enable(s, &sides[RX], v[0], true, err);
    if (rc)
        return rc;
    write32(s, IXD_RXCTRL, IXD_RXCTRL_RXEN);
    ixd_doorbell_barrier();
    write32(s, base + AT_TAIL, (uint32_t)v[1] - 1);
    return 0;
}

/* transmit Q, SLOTS: a ring, on. */
int script_transmit(struct ixd_script *s, struct ixd_error *err)
{
    uint64_t v[2] = {0}, ring;
    int rc = queue_and_slots(s, v, err);

    if (rc == 0)
        rc = make_ring(s, &sides[TX], v[0], v[1], &ring, err);
    return rc || s->dry ? rc : enable(s, &sides[TX], v[0], true, err);
}

/* send Q, ADDRESS, LENGTH: one frame of one buffer: an advanced descriptor at the tail, with EOP,
 * RS and IFCS, and the tail behind it. */
int script_send(struct ixd_script *s, struct ixd_error *err)
{
    uint64_t v[3] = {0}, ring, word[2];
    uint32_t at, slots, tail;
    uint8_t *slot;
    int rc = script_values(s, v, 3, err);

    if (rc || s->dry)
        return rc;
    if (v[0] > 127)
        return ixd_fail(err, -ERANGE, "there is no queue %llu", (unsigned long long)v[0]);
    at = queue_base(&sides[TX], v[0]);
    ring = (uint64_t)read32(s, at + AT_HIGH) << 32 | read32(s, at);
    slots = read32(s, at + AT_LENGTH) / DESCRIPTOR_BYTES;
    tail = read32(s, at + AT_TAIL);
    slot = script_memory(s, ring + tail * DESCRIPTOR_BYTES, DESCRIPTOR_BYTES, err);
    if (!slot)
        return -EFAULT;
    word[0] = htole64(v[1]);
    word[1] = htole64(v[2] << 46 | SEND_COMMAND | (v[2] & 0xffff));
    memcpy(slot, word, sizeof(word));
    ixd_doorbell_barrier();
    write32(s, at + AT_TAIL, tail + 1 < slots ? tail + 1 : 0);
    return 0;
}
