/* SPDX-License-Identifier: BSD-2-Clause
 * Descriptors, bit by bit, against the format written out by hand. */
#include "driver/desc.h"

#include "driver/tests/test.h"

static uint32_t dword(const struct ixd_desc *desc, unsigned i)
{
    const uint8_t *b = (const uint8_t *)desc + 4 * i;

    return b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
}

START_TEST(transmit_fields)
{
    for (uint32_t length = 17; length <= 1518; length++) {
        struct ixd_desc d = {{~UINT64_C(0), ~UINT64_C(0)}};

        ixd_tx_desc_post(&d, 0x123456789abcdef0, length);
        ck_assert_uint_eq(dword(&d, 0), 0x9abcdef0);
        ck_assert_uint_eq(dword(&d, 1), 0x12345678);
        /* DTALEN; DTYP 3; EOP 24, IFCS 25, DEXT 29; no RS 27, VLE 30, TSE 31 */
        ck_assert_uint_eq(dword(&d, 2), length | 3u << 20 | 1u << 24 | 1u << 25 | 1u << 29);
        /* PAYLEN from bit 14; DD, IDX, CC, POPTS zero */
        ck_assert_uint_eq(dword(&d, 3), length << 14);
        ck_assert(!ixd_tx_desc_done(&d));
        ixd_tx_desc_request_report(&d);
        ck_assert_uint_eq(dword(&d, 2),
                          length | 3u << 20 | 1u << 24 | 1u << 25 | 1u << 27 | 1u << 29);
        ck_assert_uint_eq(dword(&d, 3), length << 14);
    }
}
END_TEST

START_TEST(transmit_done_is_bit_zero_of_status)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        struct ixd_desc d = {{0, htole64(UINT64_C(1) << bit)}};

        ck_assert(ixd_tx_desc_done(&d) == (bit == 32));
    }
}
END_TEST

START_TEST(receive_post_clears_the_old_status)
{
    struct ixd_desc d = {{~UINT64_C(0), ~UINT64_C(0)}};

    ixd_rx_desc_post(&d, 0x0000001000200800);
    ck_assert_uint_eq(dword(&d, 0), 0x00200800);
    ck_assert_uint_eq(dword(&d, 1), 0x00000010);
    ck_assert_uint_eq(dword(&d, 2), 0);
    ck_assert_uint_eq(dword(&d, 3), 0);
}
END_TEST

START_TEST(receive_status_fields)
{
    uint8_t bytes[16] = {
        [8] = 0x03, [11] = 0x3b, [12] = 0xee, [13] = 0x05, [14] = 0xff, [15] = 0xff};
    struct ixd_desc d;
    uint64_t status;

    memcpy(&d, bytes, sizeof(d));
    status = ixd_rx_desc_status(&d);
    ck_assert(status & IXD_RX_DD);
    ck_assert(status & IXD_RX_EOP);
    ck_assert_uint_eq(ixd_rx_status_length(status), 1518); /* the VLAN tag above is not length */
    ck_assert((status & IXD_RX_ERRORS) == IXD_RX_ERRORS);
    ck_assert_uint_eq(IXD_RX_ERRORS, 0x3b000000);
}
END_TEST

TEST_MAIN("desc", transmit_fields, transmit_done_is_bit_zero_of_status,
          receive_post_clears_the_old_status, receive_status_fields)
