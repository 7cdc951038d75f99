/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A driver that knows its way and uses it badly: it brings a port up and then hands over
 * descriptors, contexts, filters and vectors with any values in them. Registers by offset and
 * descriptors by bit, as any driver knows them. See ops.h.
 */
#include "fuzz/ops.h"

enum {
    QUEUES = 4, RING = 128, RINGS = 0x1000, BUFFERS = 0x18000, BUFFER = 2048,
    BAL = 0, BAH = 4, LEN = 8, HEAD = 0x10, SRR = 0x14, TAIL = 0x18, CTL = 0x28, HWBAL = 0x38,
    ENABLE = 1 << 25,
};

static uint32_t rx_reg(unsigned q, uint32_t reg)
{
    return (q < 64 ? 0x1000 + 0x40 * q : 0xd000 + 0x40 * (q - 64)) + reg;
}
static uint32_t tx_reg(unsigned q, uint32_t reg)
{
    return 0x6000 + 0x40 * q + reg;
}
static uint64_t ring_of(unsigned port, bool tx, unsigned q)
{
    return RINGS + ((uint64_t)(port * 2 + tx) * QUEUES + q % QUEUES) * RING * 16;
}
static uint64_t buffer_of(uint8_t n)
{
    return BUFFERS + n % 64 * BUFFER;
}

static void ring_up(struct machine *m, unsigned port, bool tx, unsigned q, uint32_t length)
{
    uint32_t (*reg)(unsigned, uint32_t) = tx ? tx_reg : rx_reg;

    machine_w32(m, port, reg(q, BAL), (uint32_t)ring_of(port, tx, q));
    machine_w32(m, port, reg(q, BAH), 0);
    machine_w32(m, port, reg(q, LEN), length * 16);
    machine_w32(m, port, reg(q, HEAD), 0);
    machine_w32(m, port, reg(q, TAIL), 0);
}

static void fill_rx(struct machine *m, unsigned port, unsigned q, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        machine_put64(m, ring_of(port, false, q) + 16 * i, buffer_of((uint8_t)(q * 16 + i)));
        machine_put64(m, ring_of(port, false, q) + 16 * i + 8, 0);
    }
    machine_w32(m, port, rx_reg(q, TAIL), length - 1);
}

void port_up(struct machine *m, unsigned port, struct input *in)
{
    uint8_t what = take8(in);
    uint32_t length = 8u << (what & 3) * 8 / 6;

    machine_config_write(m, port, 4, 2, 6);
    machine_config_write(m, port, 0x72, 2, what & 0x80 ? 0x8000 : 0); /* MSI-X */
    for (unsigned v = 0; v < 4; v++) {
        machine_write(m, port, 4, v * 16, 4, 0x800 + v * 8);
        machine_write(m, port, 4, v * 16 + 4, 4, 0);
        machine_write(m, port, 4, v * 16 + 8, 4, v);
        machine_write(m, port, 4, v * 16 + 12, 4, 0);
    }
    machine_w32(m, port, 0x5080, 0x700);                         /* FCTRL: everything */
    machine_w32(m, port, 0x2f00, machine_r32(m, port, 0x2f00) | 2); /* RDRXCTL.CRCSTRIP */
    for (unsigned q = 0; q < QUEUES; q++) {
        ring_up(m, port, false, q, length);
        machine_w32(m, port, rx_reg(q, SRR),
                    (what & 0x10 ? 1u << 28 : 0) | (what & 0x20 ? 1u << 25 : 0) | 2);
        machine_w32(m, port, rx_reg(q, CTL), ENABLE | (what & 8 ? 1u << 30 : 0));
        fill_rx(m, port, q, length);
        ring_up(m, port, true, q, length);
    }
    machine_w32(m, port, 0x3000, 1);                             /* RXCTRL */
    machine_w32(m, port, 0x4a80, machine_r32(m, port, 0x4a80) | 1); /* DMATXCTL */
    for (unsigned q = 0; q < QUEUES; q++)
        machine_w32(m, port, tx_reg(q, CTL), ENABLE | (what & 0x40 ? 32 | 4 << 8 | 2 << 16 : 0));
    machine_w32(m, port, 0x898, what & 0x80 ? 0x10 : 0);         /* GPIE */
    machine_w32(m, port, 0x880, 0x7fffffff);                     /* EIMS */
    machine_run(m, 5000);
}

/* ---- transmit ---- */

static uint64_t context_low(struct input *in, const struct layers *l, uint8_t what)
{
    uint64_t mac = l->l3 ? l->l3 : 14, ip = l->l4 > l->l3 ? l->l4 - l->l3 : 20;

    if (what & 0x40)
        return take64(in);
    return (mac & 0x7f) << 9 | (ip & 0x1ff) | (uint64_t)(what & 15) << 16;
}

static uint64_t context_high(struct input *in, const struct layers *l, uint8_t what)
{
    uint64_t l4t = l->proto == 6 ? 1 : l->proto == 132 ? 2 : 0;
    uint64_t l4 = l->payload > l->l4 ? l->payload - l->l4 : 20;
    uint64_t mss = what & 0x20 ? take16(in) : 1 + take8(in) * 8u;

    if (what & 0x80)
        return take64(in) | 1 << 29 | 2 << 20;
    return 1 << 29 | 2 << 20 | l4t << 11 | (uint64_t)(l->version == 4) << 10 |
           (uint64_t)(what >> 4 & 1) << 36 | l4 << 40 | mss << 48;
}

/* One packet's descriptors from `slot` on: context, then data cut where the input says. */
static unsigned send_packet(struct machine *m, struct input *in, uint64_t ring, unsigned slot)
{
    static uint8_t frame[PACKET_MAX];
    uint8_t what = take8(in), more = take8(in);
    uint64_t buffer = buffer_of(take8(in)), tse = what & 1 ? 1u << 31 : 0;
    struct layers l;

    packet_make(in, frame, &l);
    if (buffer + l.length <= MACHINE_MEMORY)
        memcpy(m->memory + buffer, frame, l.length);
    if (what & 2) {
        uint8_t shape = take8(in);
        machine_put64(m, ring + slot % RING * 16, context_low(in, &l, shape));
        machine_put64(m, ring + slot++ % RING * 16 + 8, context_high(in, &l, shape));
    }
    uint32_t length = what & 4 ? take16(in) : l.length, pieces = 1 + (more & 7);
    uint64_t payload = tse ? length - (l.payload < length ? l.payload : 0) : length;
    uint64_t olinfo = (payload & 0x3ffff) << 14 | (uint64_t)(more >> 3 & 3) << 8 |
                      (what & 8 ? 1 << 4 : 0) | (more >> 5 & 1) << 7;
    for (uint32_t i = 0, done = 0; i < pieces; i++) {
        uint32_t each = i + 1 == pieces ? length - done : length / pieces;
        uint64_t command = 1 << 29 | 3 << 20 | 1 << 25 | 1 << 27 | tse | (what & 0x10) << 26;

        if (what & 0x20) /* legacy, or nonsense */
            command = (uint64_t)take16(in) << 16;
        if (i + 1 == pieces && !(what & 0x40))
            command |= 1 << 24;
        machine_put64(m, ring + slot % RING * 16, what & 0x80 ? wild_address(in) : buffer + done);
        machine_put64(m, ring + slot++ % RING * 16 + 8, (each & 0xffff) | command | olinfo << 32);
        done += each;
    }
    return slot;
}

void tx_op(struct machine *m, struct input *in)
{
    uint8_t what = take8(in);
    unsigned port = what >> 7, q = what & 3;
    uint64_t ring = ring_of(port, true, q);
    unsigned slot;

    switch (what >> 2 & 7) {
    case 0:
        register_op(m, in, GROUP_TX);
        break;
    case 1:
        machine_w32(m, port, tx_reg(what & 0x40 ? take8(in) & 127 : q, TAIL), take16(in));
        break;
    case 2: /* head write-back, anywhere */
        machine_w32(m, port, tx_reg(q, HWBAL), (uint32_t)wild_address(in) | (what >> 6 & 1));
        break;
    case 3: /* off and on again */
        machine_w32(m, port, tx_reg(q, CTL), 0);
        machine_run(m, take8(in));
        ring_up(m, port, true, q, 8 + (take8(in) & 120));
        machine_w32(m, port, tx_reg(q, CTL), ENABLE | (take32(in) & 0x7f7f7f));
        break;
    default:
        slot = machine_r32(m, port, tx_reg(q, TAIL));
        for (unsigned n = 1 + (what >> 5 & 3); n; n--)
            slot = send_packet(m, in, ring, slot);
        uint32_t length = machine_r32(m, port, tx_reg(q, LEN)) / 16;
        machine_w32(m, port, tx_reg(q, TAIL), length ? slot % length : slot);
        break;
    }
}

/* ---- receive ---- */

/* A filter of the flow director, written as a driver does it: fields, then the command. */
static void director_op(struct machine *m, struct input *in, unsigned port)
{
    static const uint16_t fields[] = {0xee0c, 0xee10, 0xee14, 0xee18, 0xee1c, 0xee20,
                                      0xee24, 0xee28, 0xee00, 0xee3c, 0xee40, 0xee44, 0xee48};
    uint8_t count = take8(in);

    for (unsigned i = 0; i < (count & 7); i++)
        machine_w32(m, port, fields[take8(in) % (sizeof(fields) / 2)], wild32(in));
    if (count & 0x80)
        machine_w32(m, port, 0xee00, take32(in)); /* FDIRCTRL: begin */
    machine_w32(m, port, 0xee2c, (take32(in) & ~3u) | (count >> 3 & 3)); /* FDIRCMD */
    machine_run(m, 100);
}

void rx_op(struct machine *m, struct input *in)
{
    uint8_t what = take8(in);
    unsigned port = what >> 7, q = what & 3;
    uint64_t ring = ring_of(port, false, q);

    switch (what >> 2 & 7) {
    case 0:
    case 1:
        register_op(m, in, GROUP_RX);
        break;
    case 2:
        director_op(m, in, port);
        break;
    case 3: /* off and on again */
        machine_w32(m, port, rx_reg(q, CTL), 0);
        machine_run(m, take8(in));
        ring_up(m, port, false, q, 8 + (take8(in) & 120));
        machine_w32(m, port, rx_reg(q, SRR), take32(in));
        machine_w32(m, port, rx_reg(q, CTL), ENABLE);
        fill_rx(m, port, q, 8);
        break;
    case 4: /* descriptors with addresses of its own */
        for (unsigned i = 0, n = take8(in) & 15; i < n; i++) {
            uint64_t at = ring + (uint64_t)(take8(in) % RING) * 16;
            machine_put64(m, at, wild_address(in));
            machine_put64(m, at + 8, what & 0x40 ? wild_address(in) : 0);
        }
        break;
    case 5: /* how queues are chosen */
        machine_w32(m, port, 0x5818, (uint32_t)take16(in) << 16 | (what & 0x40 ? take8(in) : 1));
        for (unsigned i = 0; i < 4; i++)
            machine_w32(m, port, 0x5c00 + 4 * (take8(in) & 31), take32(in));
        break;
    default:
        machine_w32(m, port, rx_reg(what & 0x40 ? take8(in) & 127 : q, TAIL),
                    what & 0x20 ? take16(in) : take8(in));
        break;
    }
}

/* ---- interrupts ---- */

void irq_op(struct machine *m, struct input *in)
{
    uint8_t what = take8(in), vector = take8(in);
    unsigned port = what >> 7;

    switch (what & 7) {
    default:
        register_op(m, in, GROUP_IRQ);
        break;
    case 1: /* an entry of the MSI-X table, or the pending bits */
        machine_write(m, port, 4, vector * 16u + (what >> 3 & 3) * 4, 4,
                      what & 0x20 ? (uint32_t)wild_address(in) : wild32(in));
        break;
    case 2:
        machine_config_write(m, port, what & 8 ? 0x72 : 0x52, 2, take16(in)); /* MSI-X, MSI */
        break;
    case 3:
        machine_config_write(m, port, 0x50 + (vector & 31), what & 8 ? 4 : 2, wild32(in));
        break;
    case 4:
        machine_w32(m, port, 0x808, wild32(in)); /* EICS */
        break;
    case 5:
        machine_w32(m, port, 0x900 + (vector & 63) * 4, take32(in)); /* IVAR */
        break;
    case 6:
        machine_w32(m, port, vector < 24 ? 0x820 + vector * 4u : 0x12300 + (vector - 24) % 104 * 4u,
                    take16(in)); /* EITR */
        break;
    }
}
