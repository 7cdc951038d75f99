/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Configuration space: where drivers look by absolute offset, the capability lists as a walker sees
 * them, what may be written, and what writing does.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/tests/fake_host.h"
#include "mk/run_tests.h"

static struct fake_host *h;

static void setup(void)
{
    h = fake_new();
}

static void teardown(void)
{
    fake_free(h);
}

static uint32_t c16(uint32_t at)
{
    return nic_config_read(&h->nic, at, 2);
}
static uint32_t c32(uint32_t at)
{
    return nic_config_read(&h->nic, at, 4);
}
static void w16(uint32_t at, uint32_t value)
{
    nic_config_write(&h->nic, at, value, 2);
}

START_TEST(identity)
{
    ck_assert_uint_eq(c32(0x00), 0x10fb8086);
    ck_assert_uint_eq(c32(0x08), 0x02000001);
    ck_assert_uint_eq(c32(0x2c), 0x00038086);
    ck_assert_uint_eq(c16(0x06) & 0x10, 0x10);
    ck_assert_uint_eq(nic_config_read(&h->nic, 0x3d, 1), 1);
}
END_TEST

START_TEST(hard_coded_offsets)
{
    ck_assert_uint_eq((c16(0x72) & 0x7ff) + 1, 64);
    ck_assert_uint_eq(c16(0xaa) & 0x20, 0);
    ck_assert_uint_eq(c16(0xb2) & 0x3f0, 0x080); /* x8 */
    ck_assert_uint_eq(c16(0xb2) & 0xf, 2);       /* 5 GT/s */
    ck_assert_uint_eq(c16(0xc8) & 0xf, 0);
}
END_TEST

START_TEST(capability_list)
{
    static const uint32_t expected[][2] = { { 0x40, 1 }, { 0x50, 5 }, { 0x70, 0x11 },
                                            { 0xa0, 0x10 } };
    uint32_t at = nic_config_read(&h->nic, 0x34, 1);

    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(at, expected[i][0]);
        ck_assert_uint_eq(nic_config_read(&h->nic, at, 1), expected[i][1]);
        at = nic_config_read(&h->nic, at + 1, 1);
    }
    ck_assert_uint_eq(at, 0);
    ck_assert_uint_eq(c16(0x52) & 0x0180, 0x0180);
    ck_assert_uint_eq(c32(0x74), 4);
    ck_assert_uint_eq(c32(0x78), 0x2004);
    ck_assert_uint_eq(c16(0xa2), 2);
    ck_assert_uint_eq(c32(0xa4) & 7, 2);                   /* payload of 512 */
    ck_assert_uint_eq(c32(0xa4) & 1u << 28, 1u << 28);     /* function level reset */
    ck_assert_uint_eq(c32(0xc4) & 0xf, 0xf);
    ck_assert_uint_eq(c32(0x100), 0x14010001);             /* AER */
    ck_assert_uint_eq(c32(0x140), 0x15010003);             /* serial number; then vf_pci_test */
    ck_assert_uint_eq(c32(0x144), 0xff000001);
    ck_assert_uint_eq(c32(0x148), 0x025253ff);
}
END_TEST

static uint64_t bar_size(uint32_t at)
{
    nic_config_write(&h->nic, at, 0xffffffff, 4);
    nic_config_write(&h->nic, at + 4, 0xffffffff, 4);
    return ~((c32(at) & ~0xfull) | (uint64_t)c32(at + 4) << 32) + 1;
}

START_TEST(bars)
{
    ck_assert_uint_eq(bar_size(0x10), 512 * 1024);
    ck_assert_uint_eq(c32(0x10) & 0xf, 0xc);
    ck_assert_uint_eq(bar_size(0x20), 16 * 1024);
    ck_assert_uint_eq(c32(0x20) & 0xf, 4);
    nic_config_write(&h->nic, 0x18, 0xffffffff, 4);
    ck_assert_uint_eq(c32(0x18), 0);
    nic_config_write(&h->nic, 0x30, 0xffffffff, 4);
    ck_assert_uint_eq(c32(0x30), 0);
}
END_TEST

START_TEST(only_masked_bits_change)
{
    const uint8_t *image = nic_config_image(), *mask = nic_config_write_mask();

    for (uint32_t at = 0; at < NIC_CONFIG_BYTES; at++) {
        if (at == 0x44 || at == 0xa9 || at == 0x168) /* D state and FLR: resets, below; VFs */
            continue;
        nic_config_write(&h->nic, at, 0xff, 1);
        if (at >= 0x144 && at < 0x14c)
            continue; /* serial number: of this card, not of the image */
        ck_assert_msg(nic_config_read(&h->nic, at, 1) == (uint8_t)(image[at] | mask[at]),
                      "byte %03x is %02x", at, nic_config_read(&h->nic, at, 1));
    }
}
END_TEST

START_TEST(status_bits_clear_on_one)
{
    nic_dma_done(&h->nic, NIC_TAG(NIC_TAG_TX_DESC, 0), NIC_DMA_OK, NULL, 0);
    ck_assert_uint_eq(c16(0x06) & 0x2000, 0);
    nic_dma_done(&h->nic, NIC_TAG(NIC_TAG_TX_DESC, 0), NIC_DMA_ABORT, NULL, 0);
    ck_assert_uint_eq(c16(0x06) & 0x2000, 0x2000); /* received master abort */
    w16(0x06, 0);
    ck_assert_uint_eq(c16(0x06) & 0x2000, 0x2000);
    w16(0x06, 0x2000);
    ck_assert_uint_eq(c16(0x06) & 0x2000, 0);
}
END_TEST

START_TEST(switches)
{
    uint64_t address;
    uint32_t data;

    ck_assert(!nic_pci_bus_master(&h->nic) && !nic_pci_intx_disabled(&h->nic));
    w16(0x04, 0x0406);
    ck_assert(nic_pci_bus_master(&h->nic) && nic_pci_intx_disabled(&h->nic));
    ck_assert(!nic_pci_msi(&h->nic, &address, &data));
    nic_config_write(&h->nic, 0x54, 0xfee01003, 4);
    nic_config_write(&h->nic, 0x58, 0x1, 4);
    w16(0x5c, 0x4041);
    w16(0x52, 0x0001);
    ck_assert(nic_pci_msi(&h->nic, &address, &data));
    ck_assert_uint_eq(address, 0x1fee01000);
    ck_assert_uint_eq(data, 0x4041);
    ck_assert(!nic_pci_msi_masked(&h->nic));
    nic_config_write(&h->nic, 0x60, 1, 4);
    ck_assert(nic_pci_msi_masked(&h->nic));
    nic_pci_msi_pending(&h->nic, true);
    ck_assert_uint_eq(c32(0x64), 1);
    ck_assert(!nic_pci_msix_enabled(&h->nic));
    w16(0x72, 0xc000);
    ck_assert(nic_pci_msix_enabled(&h->nic) && nic_pci_msix_masked(&h->nic));
}
END_TEST

START_TEST(payload_and_read_sizes)
{
    ck_assert_uint_eq(nic_pci_mps(&h->nic), 128);
    ck_assert_uint_eq(nic_pci_mrrs(&h->nic), 512);
    w16(0xa8, 0x5030);
    ck_assert_uint_eq(nic_pci_mps(&h->nic), 256);
    ck_assert_uint_eq(nic_pci_mrrs(&h->nic), NIC_READ_MAX); /* 4096 asked, 2048 is our most */
    w16(0xa8, 0x70f0);
    ck_assert_uint_eq(nic_pci_mps(&h->nic), 512);
    ck_assert_uint_eq(nic_pci_mrrs(&h->nic), NIC_READ_MAX);
}
END_TEST

static unsigned resets_of(unsigned kind)
{
    return h->last[NIC_EV_reset].a == kind ? h->events[NIC_EV_reset] : 0;
}

START_TEST(function_level_reset)
{
    static const uint32_t sizes[][3] = { { 0xa8, 0x8000, 2 }, { 0xa8, 0x8000, 4 },
                                         { 0xa9, 0x80, 1 } };

    for (unsigned i = 0; i < 3; i++) {
        w16(0x04, 0x0006);
        w16(0x72, 0x8000);
        fake_w32(h, 0x05080, 0x700);
        fake_w32(h, 0x10140, 3);
        nic_config_write(&h->nic, sizes[i][0], sizes[i][1], sizes[i][2]);
        ck_assert_uint_eq(resets_of(NIC_RESET_FLR), i + 2);
        ck_assert_uint_eq(c16(0x04), 0);
        ck_assert_uint_eq(c16(0x72), 63);
        ck_assert_uint_eq(fake_r32(h, 0x05080), 0);
        ck_assert_uint_eq(fake_r32(h, 0x10140), 0);
        fake_w32(h, 0x10140, 0);
        ck_assert_uint_eq(c16(0xa8) & 0x8000, 0);
    }
    w16(0xaa, 0x8000); /* the neighbour is not it */
    ck_assert_uint_eq(h->events[NIC_EV_reset], 4);
}
END_TEST

START_TEST(d3hot_and_back)
{
    w16(0x04, 0x0006);
    fake_w32(h, 0x05080, 0x700);
    w16(0x44, 0x0003);
    ck_assert(nic_pci_in_d3(&h->nic) && !nic_pci_bus_master(&h->nic));
    ck_assert_uint_eq(fake_r32(h, 0x00008), 0xffffffff); /* unsupported request */
    ck_assert_uint_eq(nic_mmio_read(&h->nic, 0, 0, 8), UINT64_MAX);
    fake_w32(h, 0x05080, 0x100);
    ck_assert_uint_eq(h->events[NIC_EV_violation], 3);
    ck_assert_uint_eq(h->events[NIC_EV_reset], 1);
    w16(0x44, 0x0000);
    ck_assert_uint_eq(resets_of(NIC_RESET_D3), 2);
    ck_assert_uint_eq(fake_r32(h, 0x05080), 0);
    ck_assert_uint_eq(c16(0x04), 0);
    ck_assert_uint_eq(fake_r32(h, 0x00008), 0x00080000);
}
END_TEST

START_TEST(survives_software_reset)
{
    w16(0x04, 0x0006);
    w16(0x72, 0x8000);
    fake_w32(h, 0x00000, 0x04000008);
    ck_assert_uint_eq(c16(0x04), 0x0006);
    ck_assert(nic_pci_msix_enabled(&h->nic));
}
END_TEST

START_TEST(odd_accesses)
{
    static const uint32_t odd[][2] = { { 0, 0 }, { 0, 3 }, { 0, 8 }, { 1, 2 }, { 2, 4 },
                                       { 4096, 4 }, { 4094, 4 }, { 0xfffffffc, 4 } };
    for (unsigned i = 0; i < 8; i++) {
        ck_assert_uint_eq(nic_config_read(&h->nic, odd[i][0], odd[i][1]), 0);
        nic_config_write(&h->nic, odd[i][0], 0xffffffff, odd[i][1]);
        ck_assert_uint_eq(h->events[NIC_EV_odd_access], 2 * i + 2);
    }
    ck_assert_uint_eq(c32(0xffc), 0);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("config");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, identity);
    tcase_add_test(t, hard_coded_offsets);
    tcase_add_test(t, capability_list);
    tcase_add_test(t, bars);
    tcase_add_test(t, only_masked_bits_change);
    tcase_add_test(t, status_bits_clear_on_one);
    tcase_add_test(t, switches);
    tcase_add_test(t, payload_and_read_sizes);
    tcase_add_test(t, function_level_reset);
    tcase_add_test(t, d3hot_and_back);
    tcase_add_test(t, survives_software_reset);
    tcase_add_test(t, odd_accesses);
    return RUN_TESTS("pci", t);
}
