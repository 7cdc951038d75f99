/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts: each way out (INTx, MSI, MSI-X with one vector and with many), clearing and masking
 * by hand and by themselves, throttling, MSI-X table and PBA, want of room.
 */
#include "model/nic/irq.h"

#include "model/nic/tests/queues.h"

static struct fake_host *h;

enum { LSC = 1 << 20, OCD = 1 << 5, MSIX_MODE = 1 << 4, EIAME = 1 << 30 };
enum { STATUS_INTX = 1 << 3 };

static void setup(void)
{
    h = fake_new();
    fake_enable_pci(h);
}
static void teardown(void)
{
    fake_free(h);
}

/* MSI-X with a vector per cause: receive queue q -> vector q + 1, others -> vector 0. */
static void multi(uint32_t gpie)
{
    fake_enable_msix(h);
    fake_w32(h, GPIE, MSIX_MODE | gpie);
    for (uint32_t q = 0; q < 64; q += 2)
        fake_w32(h, IVAR0 + 2 * q, (0x80 | ((q + 1) & 0x3f)) | (0x80u | ((q + 2) & 0x3f)) << 16);
    fake_w32(h, IVAR_MISC, 0x8000);
}

static void rx_event(uint32_t q)
{
    nic_irq_queue(&h->nic, q, false);
}

static void expect_message(uint32_t i, uint32_t vector)
{
    ck_assert_uint_eq(h->messages, i + 1);
    ck_assert_uint_eq(h->message_data[i], vector);
    ck_assert_uint_eq(h->message_address[i], 0xfee00000 + 4 * vector);
}

START_TEST(intx_follows_cause_and_mask)
{
    fake_w32(h, EICS, LSC);
    ck_assert(!h->intx);
    fake_w32(h, EIMS, LSC); /* latched while masked: comes with the mask */
    ck_assert(h->intx);
    fake_w32(h, EIMC, LSC);
    ck_assert(!h->intx);
    fake_w32(h, EIMS, LSC);
    ck_assert(h->intx);
    ck_assert_uint_eq(fake_r32(h, EICS), LSC); /* looking is free */
    ck_assert(h->intx);
    ck_assert_uint_eq(fake_r32(h, EICR), LSC | 1u << 31); /* reading clears */
    ck_assert(!h->intx);
    ck_assert_uint_eq(fake_r32(h, EICR), 0);
    fake_w32(h, EICS, LSC);
    ck_assert(h->intx);
    fake_w32(h, EICR, LSC); /* so does writing one */
    ck_assert(!h->intx);
    ck_assert_uint_eq(h->messages, 0);
    ck_assert(!(nic_config_read(&h->nic, 6, 2) & STATUS_INTX));
    nic_config_write(&h->nic, 4, 0x0406, 2);
    fake_w32(h, EICS, LSC);
    ck_assert(!h->intx);
    ck_assert(nic_config_read(&h->nic, 6, 2) & STATUS_INTX); /* what is disabled is the line */
    nic_config_write(&h->nic, 4, 0x0006, 2);
    ck_assert(h->intx);
    ck_assert(nic_config_read(&h->nic, 4, 4) >> 16 & STATUS_INTX);
    nic_config_write(&h->nic, 6, 0xffff, 2); /* no error bit: only the cause clears it */
    ck_assert(nic_config_read(&h->nic, 6, 1) & STATUS_INTX);
    fake_r32(h, EICR);
    ck_assert(!(nic_config_read(&h->nic, 6, 2) & STATUS_INTX));
}
END_TEST

/* What Linux does without MSI-X: EIAM masks the queue causes when EICR is read. */
START_TEST(intx_automask_on_read)
{
    fake_w32(h, EIAM, 0xffff);
    fake_w32(h, IVAR0, 0x8080);
    fake_w32(h, EIMS, LSC | 1);
    rx_event(0);
    ck_assert(h->intx);
    ck_assert_uint_eq(fake_r32(h, EICR), 1);
    ck_assert_uint_eq(fake_r32(h, EIMS), LSC);
    ck_assert(!h->intx);
    rx_event(0);
    ck_assert(!h->intx);
    fake_w32(h, EIMS_EX0, 1); /* alias of EIMS bit 0 */
    ck_assert_uint_eq(fake_r32(h, EIMS), LSC | 1);
    ck_assert(h->intx);
}
END_TEST

/* Writing ones does the same, to the causes that were there. */
START_TEST(intx_automask_on_write)
{
    fake_w32(h, EIAM, 0xffff | LSC);
    fake_w32(h, IVAR0, 0x8080);
    fake_w32(h, EIMS, LSC | 3);
    rx_event(0);
    fake_w32(h, EICR, 0xffffffff);
    ck_assert_uint_eq(fake_r32(h, EIMS), LSC | 2);
    fake_w32(h, EICS, LSC);
    fake_w32(h, EICR, LSC);
    ck_assert_uint_eq(fake_r32(h, EIMS), 2);
    ck_assert(!h->intx);
}
END_TEST

START_TEST(msi_is_an_edge)
{
    nic_config_write(&h->nic, 0x54, 0xfee01000, 4);
    nic_config_write(&h->nic, 0x5c, 0x4041, 2);
    nic_config_write(&h->nic, 0x52, 0x0081, 2);
    fake_w32(h, EIMS, LSC | 1 << 25);
    fake_w32(h, EICS, LSC);
    ck_assert_uint_eq(h->messages, 1);
    ck_assert_uint_eq(h->message_address[0], 0xfee01000);
    ck_assert_uint_eq(h->message_data[0], 0x4041);
    ck_assert(!h->intx);
    fake_w32(h, EIMC, 0xffffffff);
    ck_assert_uint_eq(fake_r32(h, EICR) & LSC, LSC);
    fake_w32(h, EICS, 1 << 25);
    ck_assert_uint_eq(h->messages, 1);
    fake_w32(h, EIMS, LSC | 1 << 25);
    ck_assert_uint_eq(h->messages, 2);
}
END_TEST

START_TEST(one_msix_vector_takes_all)
{
    fake_enable_msix(h);
    fake_w32(h, IVAR0, 0x8583); /* would be vectors 3 and 5 */
    fake_w32(h, EIMS, LSC | 1 << 3 | 1 << 5);
    fake_w32(h, EIAC, 0xffff);
    rx_event(0);
    expect_message(0, 0);
    nic_irq_queue(&h->nic, 0, true);
    expect_message(1, 0);
    nic_irq_cause(&h->nic, LSC);
    expect_message(2, 0);
    ck_assert_uint_eq(fake_r32(h, EICR) & ~(1u << 31), LSC); /* EIAC took the queue bits */
}
END_TEST

START_TEST(vectors_by_ivar)
{
    multi(OCD);
    fake_w32(h, EIMS_EX0, 0xffffffff);
    fake_w32(h, EIMS_EX0 + 4, 0xffffffff);
    ck_assert_uint_eq(fake_r32(h, EIMS), 0xffff); /* the EX view reaches no other cause */
    fake_w32(h, EIMS, LSC);
    fake_w32(h, EIAC, 0xffff);
    rx_event(0);
    expect_message(0, 1);
    rx_event(40);
    expect_message(1, 41);
    ck_assert_uint_eq(fake_r32(h, EICS_EX0 + 4), 0); /* beyond 15: cleared without EIAC */
    nic_irq_cause(&h->nic, LSC);
    expect_message(2, 0);
    nic_irq_queue(&h->nic, 0, true); /* transmit has no IVAR */
    ck_assert_uint_eq(h->messages, 3);
    rx_event(3);
    expect_message(3, 4);
    ck_assert_uint_eq(fake_r32(h, EICR) & 0x7fffffff, LSC);
    fake_w32(h, IVAR_MISC, 0); /* not valid: other causes come by vector 0 all the same */
    nic_irq_cause(&h->nic, LSC);
    expect_message(4, 0);
}
END_TEST

START_TEST(ocd_spares_queue_causes)
{
    multi(OCD);
    fake_w32(h, EICS, LSC | 6);
    ck_assert_uint_eq(fake_r32(h, EICR) & 0x7fffffff, LSC | 6);
    ck_assert_uint_eq(fake_r32(h, EICR), 6);
    fake_w32(h, GPIE, MSIX_MODE);
    ck_assert_uint_eq(fake_r32(h, EICR), 6);
    ck_assert_uint_eq(fake_r32(h, EICR), 0);
}
END_TEST

/* Linux' way: the vector masks itself, NAPI polls, EIMS_EX arms again. */
START_TEST(auto_mask_and_rearm)
{
    multi(OCD | EIAME);
    fake_w32(h, EIAC, 0x4000ffff);
    fake_w32(h, EIAM_EX0, 0xffffffff);
    fake_w32(h, EIAM_EX0 + 4, 0xffffffff);
    ck_assert_uint_eq(fake_r32(h, EIAM) & 0xffff, 0xffff);
    fake_w32(h, EIMS, LSC);
    fake_w32(h, EIMS_EX0, 1 << 2);
    rx_event(1);
    expect_message(0, 2);
    ck_assert_uint_eq(fake_r32(h, EIMS_EX0), 0);
    rx_event(1);
    rx_event(1);
    ck_assert_uint_eq(h->messages, 1); /* latched, masked */
    fake_w32(h, EIMS_EX0, 1 << 2);
    expect_message(1, 2);
    fake_w32(h, EIMS_EX0, 1 << 2);
    ck_assert_uint_eq(h->messages, 2); /* nothing was pending */
    nic_irq_cause(&h->nic, LSC);
    expect_message(2, 0);
    ck_assert_uint_eq(fake_r32(h, EIMS) & LSC, LSC); /* never by EIAM_EX */
}
END_TEST

/* Linux' handler of other causes: reads EICS, writes it to EICR, enables again. */
START_TEST(other_cause_while_handling)
{
    multi(OCD | EIAME);
    fake_w32(h, EIMS, LSC | 1 << 25);
    nic_irq_cause(&h->nic, LSC);
    expect_message(0, 0);
    uint32_t seen = fake_r32(h, EICS);
    nic_irq_cause(&h->nic, 1 << 25);
    fake_w32(h, EICR, seen & 0xffff0000);
    ck_assert_uint_eq(fake_r32(h, EICS), 1 << 25);
    ck_assert_uint_ge(h->messages, 2); /* it was a new cause */
}
END_TEST

START_TEST(eics_kicks_a_vector)
{
    multi(OCD | EIAME);
    fake_w32(h, EIAC, 0xffff);
    fake_w32(h, EIMS_EX0, 0x18);
    fake_w32(h, EIMS_EX0 + 4, 1 << 8);
    fake_w32(h, EICS_EX0, 0x8);
    expect_message(0, 3);
    fake_w32(h, EICS_EX0 + 4, 1 << 8);
    expect_message(1, 40);
    fake_w32(h, EICS, 0x10);
    expect_message(2, 4);
}
END_TEST

START_TEST(throttle_is_time_since_the_last)
{
    const uint64_t interval = 5 * 2048 * NS;

    multi(0);
    fake_w32(h, EIAC, 0xffff);
    fake_w32(h, EIMS, 2);
    fake_w32(h, EITR0 + 4, 5 << 3);
    fake_run(h, 1000 * NS);
    rx_event(0);
    expect_message(0, 1); /* the first at once */
    fake_run(h, 1000 * NS);
    rx_event(0);
    rx_event(0);
    ck_assert_uint_eq(h->messages, 1);
    fake_run(h, interval - 1000 * NS - 1);
    ck_assert_uint_eq(h->messages, 1);
    fake_run(h, 1);
    expect_message(1, 1);
    ck_assert_uint_eq(h->message_ps[1] - h->message_ps[0], interval);
    fake_run(h, 10 * interval);
    ck_assert_uint_eq(h->messages, 2); /* no timer of its own */
    rx_event(0);
    expect_message(2, 1); /* idle for long: at once */
    rx_event(0);
    fake_w32(h, EITR0 + 4, 1u << 31 | 50 << 3); /* longer, the counter runs on */
    fake_run(h, 49 * 2048 * NS);
    ck_assert_uint_eq(h->messages, 3);
    fake_run(h, 2 * 2048 * NS);
    ck_assert_uint_eq(h->messages, 4);
    ck_assert_uint_eq(fake_r32(h, EITR0 + 4), 50 << 3); /* CNT_WDIS reads 0 */
    rx_event(0);
    fake_w32(h, EITR0 + 4, 50 << 3); /* starts anew */
    ck_assert_uint_eq(h->messages, 5);
}
END_TEST

START_TEST(a_masked_cause_is_taken_back)
{
    multi(0);
    fake_w32(h, EIMS, 2);
    fake_w32(h, EITR0 + 4, 5 << 3);
    rx_event(0);
    fake_w32(h, EICR, 2);
    rx_event(0); /* waits for the throttle */
    fake_w32(h, EIMC, 2);
    fake_run(h, 100 * 2048 * NS);
    ck_assert_uint_eq(h->messages, 1);
    fake_w32(h, EIMS, 2);
    ck_assert_uint_eq(h->messages, 2);
}
END_TEST

START_TEST(pending_bits_are_cleared_by_pbacl)
{
    multi(0);
    fake_w32(h, EIAC, 0xffff);
    fake_w32(h, EIMS_EX0, 1 << 3);
    fake_w32(h, EIMS_EX0 + 4, 1 << 1);
    nic_mmio_write(&h->nic, 4, 16 * 3 + 12, 1, 4);
    nic_mmio_write(&h->nic, 4, 16 * 33 + 12, 1, 4);
    rx_event(2);
    rx_event(32);
    ck_assert_uint_eq(nic_mmio_read(&h->nic, 4, 0x2000, 8), 1ull << 3 | 1ull << 33);
    fake_w32(h, 0x11068, 1 << 3);
    ck_assert_uint_eq(nic_mmio_read(&h->nic, 4, 0x2000, 8), 1ull << 33);
    nic_mmio_write(&h->nic, 4, 16 * 3 + 12, 0, 4);
    ck_assert_uint_eq(h->messages, 0);
    fake_w32(h, 0x110c4, 1 << 1);
    nic_mmio_write(&h->nic, 4, 16 * 33 + 12, 0, 4);
    ck_assert_uint_eq(h->messages, 0);
    ck_assert_uint_eq(nic_mmio_read(&h->nic, 4, 0x2000, 8), 0);
}
END_TEST

START_TEST(table_mask_and_pba)
{
    multi(1u << 31);
    fake_w32(h, EIAC, 0xffff);
    fake_w32(h, EIMS, 0xffff);
    nic_mmio_write(&h->nic, 4, 16 * 3 + 12, 1, 4);
    rx_event(2);
    ck_assert_uint_eq(h->messages, 0);
    ck_assert_uint_eq(nic_mmio_read(&h->nic, 4, 0x2000, 8), 1 << 3);
    nic_mmio_write(&h->nic, 4, 0x2000, 0, 4); /* read-only */
    nic_mmio_write(&h->nic, 4, 16 * 3 + 8, 0x99, 4);
    nic_mmio_write(&h->nic, 4, 16 * 3 + 12, 0, 4);
    ck_assert_uint_eq(h->messages, 1);
    ck_assert_uint_eq(h->message_data[0], 0x99);
    ck_assert_uint_eq(nic_mmio_read(&h->nic, 4, 0x2000, 8), 0);
    nic_config_write(&h->nic, 0x72, 0xc000, 2); /* function mask */
    rx_event(0);
    rx_event(4);
    ck_assert_uint_eq(h->messages, 1);
    ck_assert_uint_eq(nic_mmio_read(&h->nic, 4, 0x2000, 8), 1 << 1 | 1 << 5);
    nic_config_write(&h->nic, 0x72, 0x8000, 2);
    ck_assert_uint_eq(h->messages, 3);
    ck_assert_uint_eq(nic_mmio_read(&h->nic, 4, 16 * 63 + 8, 4), 63);
    ck_assert_uint_eq(nic_mmio_read(&h->nic, 4, 0x3000, 4), 0);
}
END_TEST

START_TEST(waits_for_room_and_bus)
{
    multi(0);
    fake_w32(h, EIAC, 0xffff);
    fake_w32(h, EIMS, 0xffff);
    h->room_bytes = 35;
    rx_event(2);
    ck_assert_uint_eq(h->messages, 0);
    h->room_bytes = 36;
    nic_room(&h->nic);
    expect_message(0, 3);
    h->room_bytes = UINT32_MAX;
    nic_config_write(&h->nic, 4, 2, 2);
    rx_event(2);
    ck_assert_uint_eq(h->messages, 1);
    nic_config_write(&h->nic, 4, 6, 2);
    expect_message(1, 3);
}
END_TEST

/* However often a guest sets the throttle, the heap keeps a bounded number of events. */
START_TEST(the_heap_is_not_flooded)
{
    multi(0);
    fake_w32(h, EIAC, 0xffff);
    fake_w32(h, EIMS, 0xffff);
    for (uint32_t i = 511; i > 0; i--) {
        fake_w32(h, EITR0 + 4, 1u << 31 | i << 3);
        rx_event(0);
        if (i % 50 == 0)
            fake_w32(h, 0, 1 << 26);
        if (i % 50 == 0)
            multi(0), fake_w32(h, EIAC, 0xffff), fake_w32(h, EIMS, 0xffff);
    }
    ck_assert_uint_le(h->sched.count, 2 * NIC_VECTORS);
    fake_run(h, 600 * 2048 * NS);
    ck_assert_uint_eq(h->sched.count, 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("irq");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, intx_follows_cause_and_mask);
    tcase_add_test(t, intx_automask_on_read);
    tcase_add_test(t, intx_automask_on_write);
    tcase_add_test(t, msi_is_an_edge);
    tcase_add_test(t, one_msix_vector_takes_all);
    tcase_add_test(t, vectors_by_ivar);
    tcase_add_test(t, ocd_spares_queue_causes);
    tcase_add_test(t, auto_mask_and_rearm);
    tcase_add_test(t, other_cause_while_handling);
    tcase_add_test(t, eics_kicks_a_vector);
    tcase_add_test(t, throttle_is_time_since_the_last);
    tcase_add_test(t, a_masked_cause_is_taken_back);
    tcase_add_test(t, pending_bits_are_cleared_by_pbacl);
    tcase_add_test(t, table_mask_and_pba);
    tcase_add_test(t, waits_for_room_and_bus);
    tcase_add_test(t, the_heap_is_not_flooded);
    return RUN_TESTS("irq", t);
}
