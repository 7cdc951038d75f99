/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The EEPROM as drivers walk it: checksum by a second implementation of the rule, firmware version
 * chain, SFP init list, PBA string, all through EERD.
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

static uint16_t word(uint32_t at)
{
    uint32_t eerd;

    fake_w32(h, 0x10014, at << 2 | 1);
    eerd = fake_r32(h, 0x10014);
    ck_assert_uint_eq(eerd & 2, 2);
    ck_assert_uint_eq(eerd >> 2 & 0x3fff, at);
    return (uint16_t)(eerd >> 16);
}

/* The rule, told from the other end: everything that is summed, checksum included, is 0xbaba. */
static uint16_t total(void)
{
    uint16_t sum = 0;

    for (uint32_t i = 0; i <= 0x3f; i++)
        sum = (uint16_t)(sum + word(i));
    for (uint32_t p = 3; p < 0xf; p++) {
        uint16_t at = word(p), length;

        if (at == 0xffff || at == 0)
            continue;
        length = word(at);
        if (length == 0xffff || length == 0)
            continue;
        for (uint32_t i = 1; i <= length; i++)
            sum = (uint16_t)(sum + word(at + i));
    }
    return sum;
}

START_TEST(checksum)
{
    ck_assert_uint_eq(total(), 0xbaba);
    ck_assert_uint_eq(word(0x3f), 0x3cf1);
}
END_TEST

START_TEST(checksum_follows_modules)
{
    static struct nic_eeprom e;

    fake_w32(h, 0x10018, 0x0300u << 16 | 0x05 << 2 | 1); /* a module at 0x300 ... */
    fake_w32(h, 0x10018, 0x0002u << 16 | 0x300 << 2 | 1);
    fake_w32(h, 0x10018, 0x1111u << 16 | 0x301 << 2 | 1);
    ck_assert_uint_eq(word(0x301), 0x1111);
    ck_assert_uint_ne(total(), 0xbaba);
    nic_eeprom_build(&e);
    ck_assert_uint_eq(e.word[0x3f], 0x3cf1);
}
END_TEST

START_TEST(presence)
{
    uint32_t eec = fake_r32(h, 0x10010);

    ck_assert_uint_eq(eec & 0x300, 0x300); /* PRES, ARD */
    ck_assert_uint_eq(1u << ((eec >> 11 & 0xf) + 6), NIC_EEPROM_WORDS);
    fake_w32(h, 0x10010, eec | 0x40);
    ck_assert_uint_eq(fake_r32(h, 0x10010) & 0xc0, 0xc0); /* GNT follows REQ */
    fake_w32(h, 0x10010, eec);
    ck_assert_uint_eq(fake_r32(h, 0x10010) & 0xc0, 0);
    fake_w32(h, 0x10010, eec | 1u << 23);
    ck_assert_uint_eq(fake_r32(h, 0x10010) & 1u << 26, 1u << 26);
}
END_TEST

/* ---- the serial bus, as drivers move it: s is what they keep of EEC ---- */

static void pins(uint32_t *s, uint32_t set, uint32_t clear)
{
    *s = (*s | set) & ~clear;
    fake_w32(h, 0x10010, *s);
}

static void shift_out(uint32_t *s, uint32_t bits, unsigned n)
{
    while (n--) {
        pins(s, bits >> n & 1 ? EEC_DI : 0, bits >> n & 1 ? 0 : EEC_DI);
        pins(s, EEC_SK, 0);
        pins(s, 0, EEC_SK);
    }
    pins(s, 0, EEC_DI);
}

static uint32_t shift_in(uint32_t *s, unsigned n)
{
    uint32_t bits = 0;

    while (n--) {
        pins(s, EEC_SK, 0);
        bits = bits << 1 | (fake_r32(h, 0x10010) & EEC_DO ? 1 : 0);
        pins(s, 0, EEC_SK);
    }
    return bits;
}

static void select_anew(uint32_t *s)
{
    pins(s, EEC_CS, 0);
    pins(s, 0, EEC_CS);
}

static uint32_t ask_for_pins(void)
{
    uint32_t s = fake_r32(h, 0x10010) | EEC_REQ;

    fake_w32(h, 0x10010, s);
    ck_assert(fake_r32(h, 0x10010) & EEC_GNT);
    pins(&s, 0, EEC_CS | EEC_SK);
    return s;
}

static uint16_t word_by_hand(uint32_t *s, uint32_t at)
{
    uint32_t bytes;

    select_anew(s);
    shift_out(s, 5, 8);
    ck_assert_uint_eq(shift_in(s, 8) & 1, 0); /* not busy */
    select_anew(s);
    shift_out(s, 3, 8);
    shift_out(s, at * 2, 16);
    bytes = shift_in(s, 16);
    return (uint16_t)(bytes >> 8 | bytes << 8);
}

START_TEST(read_by_hand)
{
    uint32_t s = ask_for_pins();

    for (uint32_t at = 0; at < 0x140; at++)
        ck_assert_uint_eq(word_by_hand(&s, at), word(at));
    select_anew(&s);
    shift_out(&s, 3, 8);
    shift_out(&s, 0x60 * 2, 16);
    ck_assert_uint_eq(shift_in(&s, 32), 0x06003645); /* goes on: low bytes first */
    ck_assert_uint_eq(word_by_hand(&s, NIC_EEPROM_WORDS - 1), 0xffff);
    pins(&s, 0, EEC_REQ);
    ck_assert_uint_eq(word_by_hand(&s, 0x60), 0); /* nobody there without REQ */
}
END_TEST

START_TEST(write_by_hand)
{
    uint32_t s = ask_for_pins();

    for (int enabled = 0; enabled < 2; enabled++) {
        select_anew(&s);
        shift_out(&s, enabled ? 6 : 4, 8);
        select_anew(&s);
        shift_out(&s, 5, 8);
        ck_assert_uint_eq(shift_in(&s, 8), enabled ? 2 : 0);
        select_anew(&s);
        shift_out(&s, 2, 8);
        shift_out(&s, 0x7f * 2, 16); /* the last word of a page */
        shift_out(&s, 0x34127856, 32);
        select_anew(&s);
        ck_assert_uint_eq(word(0x7f), enabled ? 0x1234 : 0xffff);
        ck_assert_uint_eq(word(0x40), enabled ? 0x5678 : 0xffff);
        ck_assert_uint_eq(word(0x80), 0xffff);
    }
    shift_out(&s, 5, 8);
    ck_assert_uint_eq(shift_in(&s, 8), 0); /* each write must be enabled */
}
END_TEST

START_TEST(what_probe_needs)
{
    uint16_t fw = word(0x0f), list = word(0x2b);
    bool found[16] = { false };

    ck_assert_uint_gt(word(word(fw + 4u) + 7u), 5);
    ck_assert_uint_eq(word(fw + 2u), 0xffff); /* no LESM */
    for (uint32_t at = list + 1u;; at += 2) {
        uint16_t kind = word(at), block;
        if (kind == 0xffff)
            break;
        ck_assert_uint_lt(kind, 16);
        found[kind] = true;
        block = word(at + 1);
        ck_assert(block != 0 && block != 0xffff);
        ck_assert_uint_eq(word(block + 1u), 0xffff);
    }
    ck_assert(found[3] && found[4] && found[5] && found[6]);
    ck_assert_uint_eq(word(0x2c) & 0x83, 0x83);
    ck_assert_uint_eq(word(0x26), 0xffff);
    ck_assert_uint_eq(word(0x28), 0xffff);
}
END_TEST

START_TEST(pba_string)
{
    char text[11] = "";
    uint16_t at = word(0x16), length = word(at);

    ck_assert_uint_eq(word(0x15), 0xfafa);
    ck_assert_uint_eq(length, 6);
    for (uint32_t i = 1; i < length; i++) {
        text[2 * i - 2] = (char)(word(at + i) >> 8);
        text[2 * i - 1] = (char)word(at + i);
    }
    ck_assert_str_eq(text, "E66560-002");
}
END_TEST

START_TEST(out_of_range_and_without_start)
{
    ck_assert_uint_eq(word(NIC_EEPROM_WORDS), 0xffff);
    ck_assert_uint_eq(word(0x3fff), 0xffff);
    fake_w32(h, 0x10018, 0x1234u << 16 | 0x3fff << 2 | 1);
    ck_assert_uint_eq(word(0x3fff), 0xffff);
    uint32_t before = fake_r32(h, 0x10014);
    fake_w32(h, 0x10014, 0x2b << 2);
    ck_assert_uint_eq(fake_r32(h, 0x10014), before);
    fake_w32(h, 0x10018, 0x1234u << 16 | 0x30 << 2);
    ck_assert_uint_eq(word(0x30), 0xffff);
}
END_TEST

START_TEST(writes_survive_resets)
{
    fake_w32(h, 0x10018, 0x1234u << 16 | 0x30 << 2 | 1);
    ck_assert_uint_eq(fake_r32(h, 0x10018) & 2, 2);
    nic_reset(&h->nic, NIC_RESET_FLR);
    ck_assert_uint_eq(word(0x30), 0x1234);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("walks");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, checksum);
    tcase_add_test(t, checksum_follows_modules);
    tcase_add_test(t, presence);
    tcase_add_test(t, read_by_hand);
    tcase_add_test(t, write_by_hand);
    tcase_add_test(t, what_probe_needs);
    tcase_add_test(t, pba_string);
    tcase_add_test(t, out_of_range_and_without_start);
    tcase_add_test(t, writes_survive_resets);
    return RUN_TESTS("eeprom", t);
}
