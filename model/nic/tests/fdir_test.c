/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Flow director as a driver uses it: handshakes, signature and perfect filters, masks, reports,
 * counters, a table that fills. The hash is computed here once more, bit by bit.
 */
#include <errno.h>

#include "model/nic/nic_priv.h"
#include "model/nic/tests/queues.h"

enum {
    FDIRCTRL = 0xee00, SIPV6 = 0xee0c, IPSA = 0xee18, IPDA = 0xee1c, PORT = 0xee20,
    VLAN = 0xee24, HASH = 0xee28, CMD = 0xee2c, FREE = 0xee38, DIP4M = 0xee3c, SIP4M = 0xee40,
    TCPM = 0xee44, UDPM = 0xee48, LEN = 0xee4c, USTAT = 0xee50, FSTAT = 0xee54, MATCH = 0xee58,
    MISS = 0xee5c, HKEY = 0xee68, SKEY = 0xee6c, FDIRM = 0xee70, IP6M = 0xee74,
    PERFECT = 1 << 4, REPORT = 1 << 5, ALWAYS = 1 << 7, FLEX12 = 6 << 16,
    ADD = 1, REMOVE = 2, QUERY = 3, VALID = 1 << 2, UPDATE = 1 << 3, IP6 = 1 << 7,
    CLEARHT = 1 << 8, DROP = 1 << 9, LAST = 1 << 11, QUEUE_EN = 1 << 15,
    UDP = 17, TCP = 6, SCTP = 132, QUEUES = 4,
    BUCKET_KEY = 0x3dad14e2, SIGNATURE_KEY = 0x174d3614,
};

static struct fake_host *h;
static uint8_t f[160];

static void setup(void)
{
    h = port_new();
    for (uint32_t q = 0; q < QUEUES; q++)
        rx_start(h, q, 256, ADVANCED);
    fake_w32(h, HKEY, BUCKET_KEY);
    fake_w32(h, SKEY, SIGNATURE_KEY);
}
static void teardown(void)
{
    fake_free(h);
}

/* ---- a flow, and the hash of it ---- */
struct flow {
    uint32_t source[4], destination[4];
    uint16_t sport, dport, tci, flex;
    uint8_t protocol;
    bool ip6, tagged;
};

static const struct flow plain = {
    .source = {0x0a010203}, .destination = {0xc0a80908}, .sport = 0x1234, .dport = 0x5678,
    .flex = 0x0800, .protocol = TCP,
};

static uint32_t bit(uint32_t v, uint32_t i)
{
    return i < 32 ? v >> i & 1 : 0;
}

/* Bit b of the hash is the parity of those bits of the flow that the key picks for it. */
static uint32_t hash(const struct flow *w, uint32_t key)
{
    uint32_t type = w->protocol == UDP ? 1 : w->protocol == TCP ? 2 : w->protocol == SCTP ? 3 : 0;
    uint32_t head = (type + (w->ip6 ? 4 : 0)) << 16 | w->tci, all, out = 0;

    all = (type ? (uint32_t)w->sport << 16 | w->dport : 0) ^ (uint32_t)w->flex << 16;
    for (int i = 0; i < (w->ip6 ? 4 : 1); i++)
        all ^= w->source[i] ^ w->destination[i];
    for (uint32_t b = 0; b < 15; b++) {
        uint32_t parity = 0;
        for (uint32_t k = 0; k < 16; k++) {
            uint32_t j = k + b;
            uint32_t low = bit(all, (j + 16) % 32);
            if (k)
                low ^= bit(head, j) ^ (j >= 16 ? bit(head, j - 16) : 0);
            uint32_t high = bit(all, j) ^ bit(head, j) ^ bit(head, j + 16);
            parity ^= (bit(key, k) & low) ^ (bit(key, k + 16) & high);
        }
        out |= parity << b;
    }
    return out;
}

static uint8_t *put(uint8_t *p, uint32_t v, int bytes)
{
    for (int i = bytes; i--; v >>= 8)
        p[i] = (uint8_t)v;
    return p + bytes;
}

static uint32_t frame_of(const struct flow *w)
{
    uint8_t *p = f + 12;

    memset(f, 0, sizeof f);
    make_frame(f, 14, station, 1);
    if (w->tagged)
        p = put(put(p, 0x8100, 2), w->tci, 2);
    p = put(p, w->ip6 ? 0x86dd : 0x0800, 2);
    if (w->ip6) {
        put(p, 6, 1);
        p[0] = 0x60;
        put(p + 4, 40, 2);
        p[6] = w->protocol;
        for (int i = 0; i < 4; i++) {
            put(p + 8 + 4 * i, w->source[i], 4);
            put(p + 24 + 4 * i, w->destination[i], 4);
        }
        p += 40;
    } else {
        p[0] = 0x45;
        put(p + 2, 60, 2);
        put(p + 4, 0xabcd, 2);
        p[9] = w->protocol;
        put(p + 12, w->source[0], 4);
        put(p + 16, w->destination[0], 4);
        p += 20;
    }
    put(p, w->sport, 2);
    put(p + 2, w->dport, 2);
    if (w->protocol == UDP)
        put(p + 4, 40, 2);
    if (w->protocol == TCP)
        p[12] = 0x50;
    return 120;
}

/* The queue that a frame of the flow comes to; 99: none. */
static uint32_t comes_to(const struct flow *w)
{
    uint32_t before[QUEUES], length = frame_of(w), found = 99;

    for (uint32_t q = 0; q < QUEUES; q++)
        before[q] = fake_r32(h, rxq(q, DH));
    frame_in(h, f, length);
    for (uint32_t q = 0; q < QUEUES; q++)
        if (fake_r32(h, rxq(q, DH)) != before[q])
            found = q;
    return found;
}

static uint64_t last_q0(uint32_t q)
{
    return rx_q0(h, q, fake_r32(h, rxq(q, DH)) - 1);
}
static uint64_t last_q1(uint32_t q)
{
    return rx_q1(h, q, fake_r32(h, rxq(q, DH)) - 1);
}

static void command(uint32_t fdirhash, uint32_t fdircmd)
{
    nic_mmio_write(&h->nic, 0, HASH, (uint64_t)fdircmd << 32 | fdirhash, 8); /* as Linux does */
    ck_assert_uint_eq(fake_r32(h, CMD) & 3, 0);
}

static uint32_t signature_of(const struct flow *w)
{
    return hash(w, SIGNATURE_KEY) << 16 | hash(w, BUCKET_KEY);
}

/* ---- signature filters ---- */

START_TEST(initialisation)
{
    static const struct {
        uint32_t fdirctrl, free;
    } sizes[] = {
        {1, 8 * 1024 - 2}, {2, 16 * 1024 - 2}, {3, 32 * 1024 - 2},
        {1 | PERFECT, 2 * 1024 - 2}, {2 | PERFECT, 4 * 1024 - 2}, {3 | PERFECT, 8 * 1024 - 2},
    };

    ck_assert_uint_eq(fake_r32(h, FDIRCTRL), 0);
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        fake_w32(h, FDIRCTRL, sizes[i].fdirctrl);
        ck_assert_uint_eq(fake_r32(h, FDIRCTRL), sizes[i].fdirctrl | 1 << 3);
        ck_assert_uint_eq(fake_r32(h, FREE), sizes[i].free);
    }
    fake_w32(h, FDIRCTRL, 0);
    ck_assert_uint_eq(fake_r32(h, FDIRCTRL), 0);
    command(1, ADD | QUEUE_EN);
    ck_assert_uint_eq(fake_r32(h, FSTAT), 1);
}
END_TEST

START_TEST(signatures_of_every_kind_of_flow)
{
    static const uint8_t protocol[] = {TCP, UDP, SCTP, 50};
    uint32_t seed = 1;

    fake_w32(h, FDIRCTRL, 3 | FLEX12);
    for (int i = 0; i < 64; i++) {
        struct flow w = {.protocol = protocol[i & 3], .ip6 = i & 4, .tagged = i & 8};
        for (int k = 0; k < 4; k++) {
            w.source[k] = seed = seed * 1664525 + 1013904223;
            w.destination[k] = seed = seed * 1664525 + 1013904223;
        }
        w.sport = (uint16_t)(seed >> 5);
        w.dport = (uint16_t)(seed >> 11);
        w.tci = w.tagged ? (uint16_t)(seed >> 3) : 0;
        w.flex = w.tagged ? 0x8100 : w.ip6 ? 0x86dd : 0x0800;
        ck_assert_uint_eq(comes_to(&w), 0);
        command(signature_of(&w), ADD | UPDATE | LAST | QUEUE_EN | 2 << 16);
        ck_assert_uint_eq(comes_to(&w), 2);
        ck_assert_uint_eq(last_q1(2) & 4, 4); /* FLM */
        w.dport ^= w.protocol == 50 ? 0 : 1;
        w.source[0] ^= w.protocol == 50 ? 1 : 0;
        ck_assert_uint_eq(comes_to(&w), 0);
    }
    ck_assert_uint_eq(fake_r32(h, MATCH), 64);
    ck_assert_uint_eq(fake_r32(h, MISS), 128);
    ck_assert_uint_eq(fake_r32(h, MISS), 0);
    ck_assert_uint_eq(fake_r32(h, USTAT), 64);
    ck_assert_uint_eq(fake_r32(h, FREE), 32 * 1024 - 2 - 64);
}
END_TEST

/* DPDK sets FDIRM.DIPV6 always, and takes the destination into its signatures all the same. */
START_TEST(signatures_of_ip6_know_the_destination)
{
    struct flow w = {
        .source = {0xfd000000, 0, 0, 2}, .destination = {0xfd000000, 1, 0, 2}, .sport = 2000,
        .dport = 9, .protocol = UDP, .ip6 = true,
    };

    fake_w32(h, FDIRM, 1 | 2 | 4 | 16 | 32);
    fake_w32(h, FDIRCTRL, 1);
    command(signature_of(&w), ADD | LAST | IP6 | 1 << 5 | QUEUE_EN | 2 << 16);
    ck_assert_uint_eq(comes_to(&w), 2);
    w.destination[3] ^= 1;
    ck_assert_uint_eq(comes_to(&w), 0);
}
END_TEST

START_TEST(add_update_query_remove)
{
    uint32_t key = signature_of(&plain);

    fake_w32(h, FDIRCTRL, 1 | FLEX12);
    command(key, QUERY);
    ck_assert_uint_eq(fake_r32(h, CMD) & VALID, 0);
    command(key, ADD | QUEUE_EN | 1 << 16);
    command(key, QUERY);
    ck_assert_uint_eq(fake_r32(h, CMD), VALID | QUEUE_EN | 1 << 16);
    command(key, ADD | QUEUE_EN | 2 << 16); /* there already */
    ck_assert_uint_eq(fake_r32(h, FSTAT), 1);
    ck_assert_uint_eq(comes_to(&plain), 1);
    command(key, ADD | UPDATE | QUEUE_EN | 2 << 16);
    ck_assert_uint_eq(comes_to(&plain), 2);
    command(key ^ 1 << 16, ADD | QUEUE_EN | 3 << 16); /* same bucket */
    command(key ^ 2 << 16, ADD | QUEUE_EN | 3 << 16);
    ck_assert_uint_eq(fake_r32(h, LEN), 3 | (key & 0x1fff) << 16);
    command(key, REMOVE);
    ck_assert_uint_eq(comes_to(&plain), 0);
    command(key, REMOVE);
    ck_assert_uint_eq(fake_r32(h, FSTAT), 1 << 8);
    command(key ^ 2 << 16, QUERY);
    ck_assert_uint_eq(fake_r32(h, CMD) & VALID, VALID);
    ck_assert_uint_eq(fake_r32(h, USTAT), 3 | 1 << 16);
    command(key, ADD | QUEUE_EN | 1 << 16); /* in the place that became free */
    ck_assert_uint_eq(comes_to(&plain), 1);
    ck_assert_uint_eq(fake_r32(h, FREE), 8 * 1024 - 2 - 3);
}
END_TEST

START_TEST(emptying_the_table)
{
    fake_w32(h, FDIRCTRL, 1 | FLEX12);
    command(signature_of(&plain), ADD | QUEUE_EN | 1 << 16);
    fake_w32(h, CMD, CLEARHT);
    fake_w32(h, CMD, 0);
    ck_assert_uint_eq(comes_to(&plain), 0);
    ck_assert_uint_eq(fake_r32(h, FREE), 8 * 1024 - 2);
    command(signature_of(&plain), ADD | QUEUE_EN | 1 << 16);
    fake_w32(h, FDIRCTRL, 1 | FLEX12);
    ck_assert_uint_eq(comes_to(&plain), 0);
    command(signature_of(&plain), ADD | QUEUE_EN | 1 << 16);
    fake_w32(h, 0, 1 << 26); /* CTRL.RST */
    ck_assert_uint_eq(fake_r32(h, FREE), 0);
    ck_assert(nic_fdir_valid(&h->nic.st->fdir));
}
END_TEST

START_TEST(a_table_that_fills)
{
    fake_w32(h, FDIRCTRL, 1 | 4u << 28);
    fake_w32(h, EICR, ~0u);
    for (uint32_t i = 0; i < 8 * 1024 - 2; i++) {
        command(i / 4 | (i & 3) << 16, ADD | QUEUE_EN);
        ck_assert_uint_eq(fake_r32(h, EICS) >> 16 & 1, i + 1 >= 8 * 1024 - 2 - 64);
    }
    ck_assert_uint_eq(fake_r32(h, FREE), 0);
    ck_assert_uint_eq(fake_r32(h, FSTAT), 0);
    for (uint32_t i = 0; i < 300; i++)
        command(1 | (i + 4) << 16, ADD | QUEUE_EN);
    ck_assert_uint_eq(fake_r32(h, FSTAT), 0xff); /* sticks */
    ck_assert(nic_fdir_valid(&h->nic.st->fdir));
}
END_TEST

/* ---- perfect filters ---- */

/* As a little-endian driver stores what it holds in network order. */
static uint32_t stored(uint32_t v)
{
    return __builtin_bswap32(v);
}

static uint32_t perfect_command(const struct flow *w, uint32_t id, uint32_t fdircmd)
{
    uint32_t type = w->protocol == UDP ? 1 : w->protocol == TCP ? 2 : 3;

    fake_w32(h, IPSA, stored(w->source[0]));
    fake_w32(h, IPDA, stored(w->destination[0]));
    fake_w32(h, PORT, (uint32_t)w->dport << 16 | w->sport);
    fake_w32(h, VLAN, (uint32_t)__builtin_bswap16(w->flex) << 16 | w->tci);
    uint32_t key = (hash(w, BUCKET_KEY) & 0x1fff) | id << 16;
    command(key, fdircmd | type << 5);
    return key;
}

START_TEST(every_field_of_a_perfect_filter)
{
    fake_w32(h, FDIRCTRL, 1 | PERFECT | FLEX12 | 127 << 8);
    struct flow w = plain;
    w.tagged = true;
    w.tci = 0x6123;
    w.flex = 0x8100;
    uint32_t key = perfect_command(&w, 77, ADD | UPDATE | LAST | QUEUE_EN | 3 << 16);
    ck_assert_uint_eq(comes_to(&w), 3);
    for (int i = 0; i < 6; i++) {
        struct flow other = w;
        other.source[0] ^= i == 0;
        other.destination[0] ^= i == 1 ? 0x80000000 : 0;
        other.sport ^= i == 2;
        other.dport ^= i == 3 ? 0x8000 : 0;
        other.tci ^= i == 4;
        other.protocol = i == 5 ? UDP : TCP;
        ck_assert_uint_eq(comes_to(&other), 0);
    }
    command(key, QUERY);
    ck_assert_uint_eq(fake_r32(h, CMD) & VALID, VALID);
    command(key ^ 1 << 16, QUERY);
    ck_assert_uint_eq(fake_r32(h, CMD) & VALID, 0);
    command(key, REMOVE);
    ck_assert_uint_eq(comes_to(&w), 0);
}
END_TEST

/* Linux gives 13 bits of hash to a perfect filter and 15 to a signature whatever the table's size,
 * DPDK as many as the table has buckets. */
START_TEST(the_table_size_decides_how_much_of_the_hash_counts)
{
    static const uint32_t perfect_bits[] = {11, 12, 13}, signature_bits[] = {13, 14, 15};
    struct flow w = plain;

    for (uint32_t pballoc = 1; pballoc <= 3; pballoc++)
        for (uint32_t i = 0; i < 32; i++) {
            uint32_t bits = perfect_bits[pballoc - 1];
            w.sport = (uint16_t)(i * 771);
            fake_w32(h, FDIRCTRL, pballoc | PERFECT | FLEX12);
            perfect_command(&w, 1, ADD | QUEUE_EN | 1 << 16);
            ck_assert_uint_eq(comes_to(&w), 1);
            fake_w32(h, FDIRCTRL, pballoc | PERFECT | FLEX12);
            command((hash(&w, BUCKET_KEY) & ((1u << bits) - 1)) | 1 << 16,
                    ADD | QUEUE_EN | 2 << 16 | 2 << 5);
            ck_assert_uint_eq(comes_to(&w), 2);
            bits = signature_bits[pballoc - 1];
            fake_w32(h, FDIRCTRL, pballoc | FLEX12);
            command((hash(&w, BUCKET_KEY) & ((1u << bits) - 1)) | hash(&w, SIGNATURE_KEY) << 16,
                    ADD | QUEUE_EN | 3 << 16);
            ck_assert_uint_eq(comes_to(&w), 3);
        }
}
END_TEST

START_TEST(masked_fields_do_not_count)
{
    /* 10.1.2.x, any destination; ports 0x12xx to any; no VLAN, no flexible bytes. */
    fake_w32(h, FDIRM, 1 | 2 | 4 | 16 | 32);
    fake_w32(h, SIP4M, stored(0x000000ff));
    fake_w32(h, DIP4M, 0xffffffff);
    fake_w32(h, TCPM, 0xffffff00); /* source port: bits reversed, so its low byte is 15:8 */
    fake_w32(h, FDIRCTRL, 1 | PERFECT | FLEX12);
    struct flow w = plain;
    w.source[0] &= 0xffffff00;
    w.destination[0] = 0;
    w.sport &= 0xff00;
    w.dport = w.flex = 0;
    perfect_command(&w, 1, ADD | QUEUE_EN | 1 << 16);
    w = plain;
    ck_assert_uint_eq(comes_to(&w), 1);
    w.source[0] ^= 0x55;
    w.destination[0] = 0x01020304;
    w.sport ^= 0x00ff;
    w.dport = 9;
    w.tagged = true;
    w.tci = 0x2005;
    ck_assert_uint_eq(comes_to(&w), 1);
    w.sport ^= 0x0100;
    ck_assert_uint_eq(comes_to(&w), 0);
    w.sport ^= 0x0100;
    w.source[0] ^= 0x0100;
    ck_assert_uint_eq(comes_to(&w), 0);
}
END_TEST

START_TEST(perfect_filters_of_ip6_compare_one_address)
{
    struct flow w = {
        .source = {0x20010db8, 1, 2, 3}, .destination = {0xfe800000, 4, 5, 6}, .sport = 7,
        .dport = 8, .protocol = UDP, .ip6 = true,
    };
    struct flow hashed = w;

    memset(hashed.destination, 0, sizeof hashed.destination);
    fake_w32(h, FDIRM, 16 | 32);
    fake_w32(h, IP6M, 0x8000); /* the last byte of the source */
    hashed.source[3] = 0;
    fake_w32(h, FDIRCTRL, 1 | PERFECT);
    for (uint32_t i = 0; i < 3; i++)
        fake_w32(h, SIPV6 + 4 * i, stored(w.source[i]));
    fake_w32(h, IPSA, stored(w.source[3]));
    fake_w32(h, PORT, 8 << 16 | 7);
    fake_w32(h, VLAN, 0);
    command(hash(&hashed, BUCKET_KEY) & 0x1fff, ADD | IP6 | 1 << 5 | QUEUE_EN | 2 << 16);
    ck_assert_uint_eq(comes_to(&w), 2);
    w.destination[0] = 1;
    w.source[3] ^= 0xff;
    ck_assert_uint_eq(comes_to(&w), 2);
    w.source[3] ^= 0x100;
    ck_assert_uint_eq(comes_to(&w), 0);
}
END_TEST

START_TEST(the_drop_queue)
{
    fake_w32(h, FDIRCTRL, 1 | PERFECT | FLEX12 | 127 << 8);
    perfect_command(&plain, 5, ADD | DROP | QUEUE_EN | 1 << 16);
    ck_assert_uint_eq(comes_to(&plain), 99);
    ck_assert_uint_eq(h->last[NIC_EV_rx_drop].a, NIC_RX_DROP_QUEUE_OFF);
    ck_assert_uint_eq(h->last[NIC_EV_rx_drop].queue, 127);
    ck_assert_uint_eq(fake_r32(h, MATCH), 1);
}
END_TEST

/* ---- what the descriptor says ---- */

START_TEST(reports)
{
    uint64_t bucket = hash(&plain, BUCKET_KEY) & 0x7ff;

    fake_w32(h, FDIRCTRL, 1 | PERFECT | FLEX12);
    perfect_command(&plain, 0x123, ADD | QUEUE_EN | 1 << 16);
    ck_assert_uint_eq(comes_to(&plain), 1);
    ck_assert_uint_eq(last_q0(1) & 0xf, 0);
    ck_assert_uint_eq(last_q0(1) >> 32, 0xabcd); /* PCSD is 0: IP identification */
    fake_w32(h, FDIRCTRL, 1 | PERFECT | REPORT | FLEX12 | 1 << 24);
    struct flow far = plain;
    perfect_command(&plain, 0x123, ADD | QUEUE_EN | 1 << 16);
    ck_assert_uint_eq(comes_to(&plain), 1);
    ck_assert_uint_eq(last_q0(1) & 0xf, 15);
    ck_assert_uint_eq(last_q0(1) >> 32, bucket << 16 | 0x123);
    ck_assert_uint_eq(last_q1(1) >> 20 & 7, 0);
    far.dport ^= 1;
    ck_assert_uint_eq(comes_to(&far), 0);
    ck_assert_uint_eq(last_q0(0) & 0xf, 0);
    fake_w32(h, FDIRCTRL, 1 | ALWAYS | FLEX12);
    ck_assert_uint_eq(comes_to(&plain), 0);
    ck_assert_uint_eq(last_q1(0) & 4, 0);
    ck_assert_uint_eq(last_q0(0) & 0xf, 15);
    ck_assert_uint_eq(last_q0(0) >> 32,
                      (hash(&plain, BUCKET_KEY) & 0x1fff) << 16 | hash(&plain, SIGNATURE_KEY));
    /* A filter behind others of its bucket, beyond MAXLEN. */
    fake_w32(h, FDIRCTRL, 1 | FLEX12 | 1 << 24);
    command(signature_of(&plain) ^ 1 << 16, ADD | QUEUE_EN);
    command(signature_of(&plain), ADD | QUEUE_EN | 1 << 16);
    ck_assert_uint_eq(comes_to(&plain), 1);
    ck_assert_uint_eq(last_q1(1) >> 20 & 7, 1);
}
END_TEST

START_TEST(a_filter_without_queue_leaves_the_choice_to_rss)
{
    for (uint32_t e = 0; e < 128; e += 4)
        fake_w32(h, RETA + e, 0x03030303);
    fake_w32(h, MRQC, 1 | 1 << 16);
    fake_w32(h, FDIRCTRL, 1 | FLEX12);
    ck_assert_uint_eq(comes_to(&plain), 3);
    command(signature_of(&plain), ADD);
    ck_assert_uint_eq(comes_to(&plain), 3);
    ck_assert_uint_eq(last_q1(3) & 4, 4);
    command(signature_of(&plain), ADD | UPDATE | QUEUE_EN | 1 << 16);
    ck_assert_uint_eq(comes_to(&plain), 1);
    ck_assert_uint_eq(last_q0(1) & 0xf, 1); /* the hash's type */
}
END_TEST

START_TEST(broken_saved_state_is_refused)
{
    struct nic_fdir *t = &h->nic.st->fdir;
    struct nic other;

    fake_w32(h, FDIRCTRL, 1);
    command(5, ADD | QUEUE_EN);
    command(5 | 1 << 16, ADD | QUEUE_EN);
    ck_assert(nic_fdir_valid(t));
    t->filter[1].next = 1; /* a list that bites its tail */
    ck_assert(!nic_fdir_valid(t));
    ck_assert_int_eq(nic_attach(&other, h->block, h->nic.ops, h, &h->sched), -EINVAL);
    t->filter[1].next = 0;
    t->filter[1].queue = 128;
    ck_assert(!nic_fdir_valid(t));
    t->filter[1].queue = 0;
    t->bucket[9] = 3; /* never used */
    ck_assert(!nic_fdir_valid(t));
    t->bucket[9] = 0;
    t->perfect = 1;
    t->capacity = t->top = 20000;
    ck_assert(!nic_fdir_valid(t));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("fdir");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, initialisation);
    tcase_add_test(t, signatures_of_every_kind_of_flow);
    tcase_add_test(t, signatures_of_ip6_know_the_destination);
    tcase_add_test(t, add_update_query_remove);
    tcase_add_test(t, emptying_the_table);
    tcase_add_test(t, a_table_that_fills);
    tcase_add_test(t, every_field_of_a_perfect_filter);
    tcase_add_test(t, the_table_size_decides_how_much_of_the_hash_counts);
    tcase_add_test(t, masked_fields_do_not_count);
    tcase_add_test(t, perfect_filters_of_ip6_compare_one_address);
    tcase_add_test(t, the_drop_queue);
    tcase_add_test(t, reports);
    tcase_add_test(t, a_filter_without_queue_leaves_the_choice_to_rss);
    tcase_add_test(t, broken_saved_state_is_refused);
    return RUN_TESTS("fdir", t);
}
