/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The NIC as a whole: two of them do not know of each other, a guest that does anything at all does
 * no harm, and saved state is looked at before it is believed.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/tests/fake_host.h"

#include <errno.h>
#include <stdlib.h>

#include "mk/run_tests.h"

static uint64_t seed;

static uint32_t draw(void)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(seed >> 32);
}

/* ---- two instances ---- */

START_TEST(instances_are_independent)
{
    struct nic_config config;
    struct fake_host *a, *b;
    void *before = malloc(nic_state_size());

    fake_config(&config);
    a = fake_new_config(&config);
    config.port = 3;
    config.lan_id = 1;
    config.mac[5] = 0x77;
    b = fake_new_config(&config);
    memcpy(before, b->block, nic_state_size());
    seed = 5;
    for (int i = 0; i < 20000; i++)
        fake_w32(a, draw() % NIC_REG_BYTES & ~3u, draw());
    nic_reset(&a->nic, NIC_RESET_FLR);
    fake_link_up(a);
    ck_assert_mem_eq(before, b->block, nic_state_size());
    ck_assert_uint_eq(fake_r32(b, 0x05404), 0x80007700);
    ck_assert_uint_eq(b->last[NIC_EV_mmio_read].function, 0x300);
    fake_free(a);
    fake_free(b);
    free(before);
}
END_TEST

/* ---- anything at all ---- */

static void any_access(struct fake_host *h)
{
    uint32_t at = draw(), value = draw();
    uint32_t shape = draw() % 100;

    /* Rings that work every now and then, so that the data path is reached. */
    if (value % 4 == 0)
        value &= 0x000fff80;
    if (value % 7 == 0)
        value = 1u << 25 | (value & 0xffff);
    if (shape < 50)
        nic_mmio_write(&h->nic, 0, at % NIC_REG_BYTES & ~3u, value, 4);
    else if (shape < 60) /* a queue register */
        nic_mmio_write(&h->nic, 0, (at & 1 ? 0x1000 : 0x6000) + (at >> 1) % 0x400 * 4, value, 4);
    else if (shape < 80)
        nic_mmio_read(&h->nic, 0, at % NIC_REG_BYTES & ~3u, 4);
    else if (shape < 84)
        nic_mmio_write(&h->nic, 4, at % NIC_BAR4_BYTES & ~3u, value, 4);
    else if (shape < 86)
        nic_mmio_read(&h->nic, 4, at % NIC_BAR4_BYTES & ~3u, 4);
    else if (shape < 88)
        nic_mmio_write(&h->nic, at % 7, at >> 3, (uint64_t)value << 32 | at, value % 17);
    else if (shape < 90)
        nic_mmio_read(&h->nic, at % 7, at >> 3, value % 17);
    else if (shape < 93)
        nic_config_write(&h->nic, at % 256, value, 1u << at % 3);
    else if (shape < 94)
        nic_config_read(&h->nic, at, value % 9);
    else if (shape < 95)
        nic_carrier(&h->nic, at & 1);
    else if (shape < 96)
        nic_dma_done(&h->nic, (uint16_t)at, (enum nic_dma_status)(value % 3), h->memory,
                     value % (NIC_READ_MAX + 1));
    else
        fake_run(h, at % 2000000);
}

/* Now and then things are in order, and a queue of each kind is set up, so that the data path is
 * reached as well as its refusals. */
static void keep_alive(struct fake_host *h)
{
    uint32_t q = draw() % 16, rx = 0x1000 + 0x40 * q, tx = 0x6000 + 0x40 * q;
    uint32_t ring = draw() % (FAKE_MEMORY_BYTES - 0x10000) & ~127u;
    const uint32_t writes[][2] = {
        { 0x00000, 0 }, { 0x00020, 0x2800 }, { 0x042a0, 0xc09c6004 }, { 0x042a8, 0x000a0000 },
        { 0x03000, 1 }, { 0x05080, 0x702 }, { 0x04a80, 0x81000001 }, { 0x03c00, 0x80000 },
        { 0x0cc00, 0x28000 }, { 0x05088, 0x8100 }, { 0x08d00, 0 }, { 0x08800, 0 },
        { rx + 0x28, 0 }, { rx, ring }, { rx + 4, 0 }, { rx + 8, 128 + draw() % 0x1000 },
        { rx + 0x14, 0x02000402 }, { rx + 0x10, 0 }, { rx + 0x28, 1u << 25 }, { rx + 0x18, 7 },
        { tx + 0x28, 0 }, { tx, ring }, { tx + 4, 0 }, { tx + 8, 128 + draw() % 0x1000 },
        { tx + 0x10, 0 }, { tx + 0x18, 0 }, { tx + 0x28, 1u << 25 }, { tx + 0x18, 7 },
        { 0x05818, draw() % 2 ? 0x01ff0001 : 0 }, { 0x00880, draw() },
        { 0x00900, draw() | 0x80808080 },
    };

    nic_config_write(&h->nic, 0x44, 0, 2); /* D0 */
    fake_enable_pci(h);
    if (draw() % 4 == 0)
        fake_enable_msix(h);
    for (unsigned i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
        fake_w32(h, writes[i][0], writes[i][1]);
    nic_carrier(&h->nic, true);
}

/* Descriptors that may make sense: every other quad word a good address, or lengths and commands
 * that are legal more often than chance. */
static void fill_memory(struct fake_host *h)
{
    for (uint32_t i = 0; i < FAKE_MEMORY_BYTES; i += 16) {
        uint64_t address = draw() % 16 ? draw() % FAKE_MEMORY_BYTES : draw();
        uint32_t command = 0x2b300000 | (draw() % 4 ? 0 : draw()), length = draw() % 2000;
        uint64_t second = (uint64_t)draw() << 32 | command | length;

        memcpy(h->memory + i, &address, 8);
        memcpy(h->memory + i + 8, &second, 8);
    }
}

static void any_frame(struct fake_host *h)
{
    static uint8_t frame[NIC_FRAME_MAX];
    uint32_t length = draw() % 8 ? 60 + draw() % 1455 : draw() % (NIC_FRAME_MAX + 1);

    for (uint32_t i = 0; i < 64; i++)
        frame[i] = (uint8_t)draw();
    nic_frame_in(&h->nic, frame, length, draw() % 16 != 0);
}

/* Each register access is one of a million, over all loops. */
START_TEST(fuzz)
{
    struct nic_config config;
    struct fake_host *h;

    fake_config(&config);
    config.timing.link_up_ps = 1000;
    h = fake_new_config(&config);
    seed = (uint64_t)_i * 977 + 1;
    fill_memory(h);
    for (uint32_t i = 0; i < 100000; i++) {
        any_access(h);
        if (i % 64 == 0)
            keep_alive(h);
        if (i % 16 == 0)
            any_frame(h);
        if (i % 10000 == 0) {
            struct nic again;
            ck_assert_int_eq(nic_attach(&again, h->block, h->nic.ops, h, &h->sched), 0);
            ck_assert(sched_valid(&h->sched));
        }
    }
    ck_assert_uint_gt(h->events[NIC_EV_rx_desc_done], 100); /* it did get to the data path */
    ck_assert_uint_gt(h->events[NIC_EV_tx_frame], 100);
    ck_assert_uint_gt(h->events[NIC_EV_msix], 10);
    fake_free(h);
}
END_TEST

START_TEST(status_is_never_all_ones)
{
    struct fake_host *h = fake_new();

    seed = 9;
    for (uint32_t i = 0; i < 100000; i++) {
        fake_w32(h, draw() % NIC_REG_BYTES & ~3u, draw());
        ck_assert_uint_ne(fake_r32(h, 8), 0xffffffff);
    }
    fake_free(h);
}
END_TEST

/* ---- saved state ---- */

START_TEST(load_goes_on_where_save_was)
{
    struct fake_host *h = fake_new();
    void *copy = aligned_alloc(64, nic_state_size());
    const struct nic_host_ops *ops = h->nic.ops;

    fake_link_up(h);
    fake_w32(h, 0x05080, 0x700);
    memcpy(copy, h->block, nic_state_size());
    memset(h->block, 0xa5, nic_state_size());
    ck_assert_int_eq(nic_attach(&h->nic, copy, ops, h, &h->sched), 0);
    ck_assert(nic_link_up(&h->nic));
    ck_assert_uint_eq(fake_r32(h, 0x05080), 0x700);
    fake_free(h);
    free(copy);
}
END_TEST

START_TEST(attach_refuses_what_it_cannot_trust)
{
    struct fake_host *h = fake_new();
    struct nic_state *st = h->nic.st;
    struct nic nic;

#define REFUSED(field, bad)                                                           \
    do {                                                                              \
        __typeof__(st->field) good_ = st->field;                                      \
        st->field = (bad);                                                            \
        ck_assert_int_eq(nic_attach(&nic, st, h->nic.ops, h, &h->sched), -EINVAL); \
        st->field = good_;                                                            \
        ck_assert_int_eq(nic_attach(&nic, st, h->nic.ops, h, &h->sched), 0);          \
    } while (0)

    REFUSED(magic, 0);
    REFUSED(version, NIC_STATE_VERSION + 1);
    REFUSED(config.lan_id, 2);
    REFUSED(config.module, 17);
    REFUSED(config.mac[0], 1);
    REFUSED(config.timing.byte_ps, 0);
    REFUSED(config.timing.link_up_ps, UINT64_MAX);
    REFUSED(i2c.phase, NIC_I2C_PHASES);
    REFUSED(i2c.bits, 9);
    fake_free(h);
}
END_TEST

/* Where indices live: everything but the packet buffers. */
static size_t somewhere(void)
{
    static const size_t regions[][2] = {
        { offsetof(struct nic_state, reg), sizeof(((struct nic_state *)0)->reg) },
        { offsetof(struct nic_state, pci), 256 },
        { offsetof(struct nic_state, i2c), sizeof(struct nic_i2c) },
        { offsetof(struct nic_state, link), sizeof(struct nic_link) },
        { offsetof(struct nic_state, clock), sizeof(struct nic_clock) },
        { offsetof(struct nic_state, irq), sizeof(struct nic_irq) },
        { offsetof(struct nic_state, rx), offsetof(struct nic_rx, pipe) },
        { offsetof(struct nic_state, tx), offsetof(struct nic_tx, buffer) },
        { 0, sizeof(struct nic_state) },
    };
    const size_t *r = regions[draw() % (sizeof(regions) / sizeof(regions[0]))];

    return r[0] + draw() % r[1];
}

static void damage_and_use(struct fake_host *h, unsigned bytes)
{
    struct nic nic;

    for (unsigned i = 0; i < 300; i++) { /* frames and descriptors under way */
        any_access(h);
        if (i % 16 == 0)
            keep_alive(h);
        any_frame(h);
    }
    while (bytes--)
        ((uint8_t *)h->block)[somewhere()] = (uint8_t)draw();
    if (nic_attach(&nic, h->block, h->nic.ops, h, &h->sched) < 0)
        return;
    h->nic = nic;
    for (unsigned i = 0; i < 1000; i++) {
        any_access(h);
        if (i % 64 == 63)
            keep_alive(h);
        if (i % 4 == 0)
            any_frame(h);
    }
}

/* Random damage to a block: refused, or survived. */
START_TEST(damaged_state_is_refused_or_survived)
{
    for (unsigned k = 0; k < 10; k++) {
        struct fake_host *h = fake_new();

        seed = (uint64_t)_i * 100 + k + 1;
        fill_memory(h);
        damage_and_use(h, 1 + k);
        fake_free(h);
    }
}
END_TEST

START_TEST(bad_configurations)
{
    struct fake_host *h = fake_new();
    struct nic_config c = h->config;
    struct nic nic;

    c.mac[0] = 1;
    ck_assert_int_eq(nic_init(&nic, h->block, &c, h->nic.ops, h, &h->sched), -EINVAL);
    memset(c.mac, 0, 6);
    ck_assert_int_eq(nic_init(&nic, h->block, &c, h->nic.ops, h, &h->sched), -EINVAL);
    c = h->config;
    c.timing.byte_ps = 0;
    ck_assert_int_eq(nic_init(&nic, h->block, &c, h->nic.ops, h, &h->sched), -EINVAL);
    ck_assert_uint_eq(nic_state_size() % 64, 0);
    ck_assert_ptr_null(nic_event_info(NIC_EVENTS));
    ck_assert_str_eq(nic_event_info(NIC_EV_laser)->name, "laser");
    fake_free(h);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("whole");

    tcase_set_timeout(t, 300);
    tcase_add_test(t, instances_are_independent);
    tcase_add_loop_test(t, fuzz, 0, 10);
    tcase_add_test(t, status_is_never_all_ones);
    tcase_add_test(t, load_goes_on_where_save_was);
    tcase_add_test(t, attach_refuses_what_it_cannot_trust);
    tcase_add_loop_test(t, damaged_state_is_refused_or_survived, 0, 20);
    tcase_add_test(t, bad_configurations);
    return RUN_TESTS("nic", t);
}
