/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Virtual functions as a whole: which there are, whose DMA a queue's is, what a reset of one or of
 * the port leaves.
 */
#include "model/nic/vf.h"

#include "model/nic/nic_priv.h"
#include "model/nic/tests/vfs.h"

static struct fake_host *h;

static void setup(void)
{
    h = vfs_new(2, 3);
}
static void teardown(void)
{
    fake_free(h);
}

START_TEST(enabled_by_the_capability)
{
    ck_assert_uint_eq(nic_vf_count(&h->nic), 2);
    ck_assert_uint_eq(h->last[NIC_EV_functions].a, 2);
    ck_assert_uint_eq(vf_r32(h, 2, VFLINKS), UINT32_MAX); /* nobody there */
    nic_config_write(&h->nic, SRIOV_NUMBER, 5, 2);        /* not while they are enabled */
    ck_assert_uint_eq(nic_config_read(&h->nic, SRIOV_NUMBER, 2), 2);
    nic_config_write(&h->nic, SRIOV_CONTROL, 0, 2);
    ck_assert_uint_eq(nic_vf_count(&h->nic), 0);
    nic_config_write(&h->nic, SRIOV_NUMBER, 1000, 2);
    nic_config_write(&h->nic, SRIOV_CONTROL, 1, 2);
    ck_assert_uint_eq(nic_vf_count(&h->nic), NIC_VFS); /* all that there are */
}
END_TEST

START_TEST(a_queue_has_an_owner)
{
    static const struct {
        uint32_t mode, queue, owner;
    } expected[] = {
        {3, 0, 1}, {3, 1, 1}, {3, 2, 2}, {3, 3, 2}, {3, 4, 0}, {3, 127, 0},
        {2, 3, 1}, {2, 4, 2}, {2, 8, 0}, {1, 7, 1}, {1, 15, 2}, {1, 16, 0}, {0, 0, 0},
    };

    for (unsigned i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        fake_w32(h, GCR_EXT, expected[i].mode);
        ck_assert_uint_eq(nic_queue_function(&h->nic, expected[i].queue), expected[i].owner);
    }
}
END_TEST

/* Requester of what a queue asks for. */
static uint16_t asked;
static void note_read(void *host, uint16_t function, uint16_t tag, uint64_t address,
                      uint32_t length)
{
    asked = function;
}

START_TEST(dma_is_the_functions_own)
{
    struct nic_host_ops ops = *h->nic.ops;

    ops.dma_read = note_read;
    h->nic.ops = &ops;
    asked = 0xffff;
    vf_w32(h, 1, VFRX + DBAL, RX_RINGS);
    vf_w32(h, 1, VFRX + DLEN, 1024);
    vf_w32(h, 1, VFRX + DCTL, QUEUE_ENABLE);
    vf_w32(h, 1, VFRX + DT, 8);
    ck_assert_uint_eq(asked, 2); /* number 1 */
    ck_assert_uint_eq(fake_r32(h, rxq(2, DT)), 8);
    asked = 0xffff;
    nic_vf_config_write(&h->nic, 0, 4, 0, 2); /* no bus master: it waits */
    vf_w32(h, 0, VFTX + DBAL, TX_RINGS);
    vf_w32(h, 0, VFTX + DLEN, 1024);
    vf_w32(h, 0, VFTX + DCTL, QUEUE_ENABLE);
    vf_w32(h, 0, VFTX + DT, 1);
    ck_assert_uint_eq(asked, 0xffff);
    nic_vf_config_write(&h->nic, 0, 4, 4, 2);
    ck_assert_uint_eq(asked, 1);
}
END_TEST

/* Descriptors that were fetched before are not used without the bus. */
START_TEST(no_bus_no_memory)
{
    uint32_t reads;

    for (uint32_t slot = 0; slot < 10; slot++)
        rx_post(h, 0, slot);
    vf_w32(h, 1, VFRX + DBAL, RX_RINGS);
    vf_w32(h, 1, VFRX + DLEN, 1024);
    vf_w32(h, 1, VFRX + DCTL, QUEUE_ENABLE);
    vf_w32(h, 1, VFRX + DT, 8);
    ck_assert_uint_eq(h->nic.st->rx.queue[2].ready, 8);
    nic_vf_config_write(&h->nic, 1, 4, 0, 2);
    ck_assert_uint_eq(h->nic.st->rx.queue[2].ready, 0);
    reads = h->reads_done;
    vf_w32(h, 1, VFRX + DT, 9);
    ck_assert_uint_eq(h->reads_done, reads);
    nic_vf_config_write(&h->nic, 1, 4, 4, 2);
    ck_assert_uint_eq(h->nic.st->rx.queue[2].ready, 9);
    ck_assert_uint_eq(h->events[NIC_EV_violation], 0);
}
END_TEST

/* Rings and thresholds survive a function's reset; causes, masks and routes do not, and frames stop
 * until the physical function enables the pool anew. */
START_TEST(reset_of_one_function)
{
    fake_w32(h, VFRE, 3);
    fake_w32(h, VFTE, 3);
    vf_w32(h, 1, VFRX + DBAL, RX_RINGS);
    vf_w32(h, 1, VTIVAR, 0x80);
    vf_w32(h, 1, VTEIMS, 7);
    vf_w32(h, 1, VFCTRL, RST);
    ck_assert_uint_eq(vf_r32(h, 1, VFCTRL), 0);
    ck_assert_uint_eq(vf_r32(h, 1, VFRX + DBAL), RX_RINGS);
    ck_assert_uint_eq(vf_r32(h, 1, VTIVAR), 0);
    ck_assert_uint_eq(vf_r32(h, 1, VTEIMS), 0);
    ck_assert_uint_eq(fake_r32(h, VFRE), 1);
    ck_assert_uint_eq(fake_r32(h, VFTE), 1);
    ck_assert_uint_eq(fake_r32(h, PFVFLRE), 2);
    ck_assert_uint_eq(nic_vf_mmio_read(&h->nic, 1, 3, 8, 4), 0x200); /* its table stays */
    nic_vf_config_write(&h->nic, 1, VF_DEVCTL, 0x8000, 2);
    ck_assert_uint_eq(h->last[NIC_EV_reset].a, NIC_RESET_FLR);
    ck_assert_uint_eq(h->last[NIC_EV_reset].function, 2);
    ck_assert_uint_eq(nic_vf_mmio_read(&h->nic, 1, 3, 8, 4), 0); /* not this time */
    ck_assert_uint_eq(nic_vf_config_read(&h->nic, 1, 4, 2), 0);
    ck_assert_uint_eq(vf_r32(h, 1, VFRX + DBAL), RX_RINGS);
}
END_TEST

START_TEST(reset_of_the_port)
{
    vf_w32(h, 1, VTEIMS, 7);
    fake_w32(h, CTRL, RST);
    ck_assert_uint_eq(nic_vf_count(&h->nic), 2);
    ck_assert_uint_eq(vf_r32(h, 1, VTEIMS), 0);
    ck_assert_uint_eq(nic_queue_function(&h->nic, 0), 0); /* no pools any more */
    ck_assert_uint_eq(nic_vf_config_read(&h->nic, 1, 4, 2), 4);
    nic_reset(&h->nic, NIC_RESET_FLR);
    ck_assert_uint_eq(nic_vf_count(&h->nic), 0);
}
END_TEST

START_TEST(odd_accesses)
{
    ck_assert_uint_eq(nic_vf_mmio_read(&h->nic, 0, 0, 0x100, 2), 0);
    ck_assert_uint_eq(h->events[NIC_EV_odd_access], 1);
    ck_assert_uint_eq(h->last[NIC_EV_odd_access].function, 1);
    nic_vf_mmio_write(&h->nic, 0, 4, 0, 0, 4); /* no such BAR */
    nic_vf_mmio_write(&h->nic, 0, 0, NIC_VF_BAR_BYTES, 0, 4);
    ck_assert_uint_eq(h->events[NIC_EV_odd_access], 3);
    ck_assert_uint_eq(vf_r32(h, 0, 0x5000 & 0x3ffc), vf_r32(h, 0, 0x1000));
    nic_vf_mmio_write(&h->nic, 7, 0, 0, 0, 4);
    nic_vf_reset(&h->nic, 7, NIC_RESET_FLR);
    ck_assert_uint_eq(vf_r32(h, 0, 0x3000), 0);
    ck_assert_uint_eq(h->last[NIC_EV_violation].function, 1);
    ck_assert_uint_eq(h->last[NIC_EV_violation].c >> 28 & 0xf, NIC_VF_BAR);
    nic_config_write(&h->nic, 0x44, 3, 2); /* D3hot: asleep, and functions with it */
    ck_assert_uint_eq(vf_r32(h, 0, VTEIMS), UINT32_MAX);
    vf_w32(h, 0, VTEIMS, 1);
}
END_TEST

/* A loaded block: counts and causes within bounds, owners made anew. */
START_TEST(state_is_checked)
{
    struct nic other;
    struct nic_state *st = h->nic.st;

    st->vfs.owner[0] = 200;
    ck_assert_int_eq(nic_attach(&other, st, h->nic.ops, h, &h->sched), 0);
    ck_assert_uint_eq(st->vfs.owner[0], 1);
    st->vfs.vf[5].due = 8;
    ck_assert_int_lt(nic_attach(&other, st, h->nic.ops, h, &h->sched), 0);
    st->vfs.vf[5].due = 0;
    st->vfs.count = NIC_VFS + 1;
    ck_assert_int_lt(nic_attach(&other, st, h->nic.ops, h, &h->sched), 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("vf");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, enabled_by_the_capability);
    tcase_add_test(t, a_queue_has_an_owner);
    tcase_add_test(t, dma_is_the_functions_own);
    tcase_add_test(t, no_bus_no_memory);
    tcase_add_test(t, reset_of_one_function);
    tcase_add_test(t, reset_of_the_port);
    tcase_add_test(t, odd_accesses);
    tcase_add_test(t, state_is_checked);
    return RUN_TESTS("vf", t);
}
