/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The SFP module over I2CCTL with a bit-banging master that is as strict as drivers are: it checks
 * that a released line is high at once, and that an acknowledge is there when the clock is up.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/tests/fake_host.h"
#include "mk/run_tests.h"

enum { CLK_IN = 1, CLK_OUT = 2, DATA_IN = 4, DATA_OUT = 8, I2CCTL_AT = 0x28 };

static struct fake_host *h;

static void setup(void)
{
    h = fake_new();
}

static void teardown(void)
{
    fake_free(h);
}

static void use_module(enum nic_module module)
{
    struct nic_config config;

    fake_free(h);
    fake_config(&config);
    config.module = (uint8_t)module;
    h = fake_new_config(&config);
}

static void set(uint32_t bit, bool high)
{
    uint32_t v = fake_r32(h, I2CCTL_AT);

    fake_w32(h, I2CCTL_AT, high ? v | bit : v & ~bit);
    if (bit == CLK_OUT)
        ck_assert_uint_eq(!!(fake_r32(h, I2CCTL_AT) & CLK_IN), high);
}

static bool data_in(void)
{
    return (fake_r32(h, I2CCTL_AT) & DATA_IN) != 0;
}

static void set_data(bool high)
{
    set(DATA_OUT, high);
    ck_assert_uint_eq(data_in(), high); /* drivers: "I2C data was not set" */
}

static void start(void)
{
    set_data(true);
    set(CLK_OUT, true);
    set_data(false);
    set(CLK_OUT, false);
}

static void stop(void)
{
    set_data(false);
    set(CLK_OUT, true);
    set_data(true);
}

/* -> acknowledged */
static bool send(uint8_t byte)
{
    bool ack;

    for (int i = 7; i >= 0; i--) {
        set_data(byte >> i & 1);
        set(CLK_OUT, true);
        set(CLK_OUT, false);
    }
    set(DATA_OUT, true);
    set(CLK_OUT, true);
    ack = !data_in();
    set(CLK_OUT, false);
    return ack;
}

static uint8_t receive(bool acknowledge)
{
    uint8_t byte = 0;

    set(DATA_OUT, true);
    for (int i = 7; i >= 0; i--) {
        set(CLK_OUT, true);
        byte = (uint8_t)(byte << 1 | data_in());
        set(CLK_OUT, false);
    }
    set_data(!acknowledge);
    set(CLK_OUT, true);
    set(CLK_OUT, false);
    set(DATA_OUT, true);
    return byte;
}

static bool read_byte(uint8_t device, uint8_t offset, uint8_t *value)
{
    start();
    if (!send(device) || !send(offset)) {
        stop();
        return false;
    }
    start();
    if (!send(device | 1)) {
        stop();
        return false;
    }
    *value = receive(false);
    stop();
    return true;
}

static uint8_t at(uint8_t offset)
{
    uint8_t value = 0;

    ck_assert(read_byte(0xa0, offset, &value));
    return value;
}

START_TEST(optical_module)
{
    ck_assert_uint_eq(fake_r32(h, I2CCTL_AT), 0xf);
    ck_assert_uint_eq(at(0x00), 0x03);
    ck_assert_uint_eq(at(0x06), 0x00);
    ck_assert_uint_eq(at(0x03), 0x10);
    ck_assert_uint_eq(at(0x08), 0x00);
    ck_assert_uint_eq(at(0x25), 0x00);
    ck_assert_uint_eq(at(0x26), 0x1b);
    ck_assert_uint_eq(at(0x27), 0x21);
}
END_TEST

START_TEST(direct_attach)
{
    use_module(NIC_MODULE_DA);
    ck_assert_uint_eq(at(0x00), 0x03);
    ck_assert_uint_eq(at(0x03), 0x00);
    ck_assert_uint_eq(at(0x08), 0x04);
}
END_TEST

START_TEST(every_byte_and_both_sums)
{
    uint8_t page[256], base = 0, ext = 0;

    start();
    ck_assert(send(0xa0) && send(0));
    start();
    ck_assert(send(0xa1));
    for (int i = 0; i < 256; i++)
        page[i] = receive(i != 255); /* sequential read */
    stop();
    for (int i = 0; i < 256; i++)
        ck_assert_uint_eq(page[i], at((uint8_t)i));
    for (int i = 0; i < 63; i++)
        base = (uint8_t)(base + page[i]);
    for (int i = 64; i < 95; i++)
        ext = (uint8_t)(ext + page[i]);
    ck_assert_uint_eq(base, page[63]);
    ck_assert_uint_eq(ext, page[95]);
    ck_assert_mem_eq(page + 20, "RINGSIDE        ", 16);
}
END_TEST

START_TEST(nobody_there)
{
    uint8_t value;

    ck_assert(!read_byte(0xa2, 0, &value)); /* no diagnostics page */
    ck_assert(!read_byte(0xf8, 0, &value)); /* no thermal sensor */
    ck_assert_uint_eq(at(0), 3);            /* and the bus lives on */
    use_module(NIC_MODULE_NONE);
    ck_assert(!read_byte(0xa0, 0, &value));
}
END_TEST

/* What drivers do after a failure: START, nine clocks, START, STOP. From anywhere. */
START_TEST(bus_clear_from_anywhere)
{
    for (int edges = 0; edges < 80; edges++) {
        int done = 0;

        start();
        for (int byte = 0; byte < 4 && done < edges; byte++) {
            for (int bit = 0; bit < 9 && done < edges; bit++, done += 2) {
                static const uint8_t bytes[4] = { 0xa0, 0x00, 0xff, 0x00 };
                set(DATA_OUT, bit == 8 || bytes[byte] >> (7 - bit) & 1);
                set(CLK_OUT, true);
                set(CLK_OUT, false);
            }
        }
        set(DATA_OUT, true);
        set(CLK_OUT, true);
        set(DATA_OUT, false);
        set(CLK_OUT, false);
        set(DATA_OUT, true);
        for (int i = 0; i < 9; i++) {
            set(CLK_OUT, true);
            set(CLK_OUT, false);
        }
        start();
        stop();
        ck_assert_uint_eq(at(0), 3);
    }
}
END_TEST

START_TEST(write_is_acknowledged_and_forgotten)
{
    start();
    ck_assert(send(0xa0) && send(0x00) && send(0x55));
    stop();
    ck_assert_uint_eq(at(0), 3);
}
END_TEST

START_TEST(any_register_value_is_survived)
{
    uint32_t seed = 1;
    uint8_t value;

    for (int i = 0; i < 100000; i++) {
        seed = seed * 1664525 + 1013904223;
        fake_w32(h, I2CCTL_AT, seed >> 8);
        ck_assert(nic_i2c_valid(h->nic.st));
    }
    for (int i = 0; i < 2; i++) {
        set(DATA_OUT, true);
        for (int k = 0; k < 9; k++) {
            set(CLK_OUT, true);
            set(CLK_OUT, false);
        }
    }
    read_byte(0xa0, 0, &value);
    ck_assert_uint_eq(at(0), 3);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("module");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, optical_module);
    tcase_add_test(t, direct_attach);
    tcase_add_test(t, every_byte_and_both_sums);
    tcase_add_test(t, nobody_there);
    tcase_add_test(t, bus_clear_from_anywhere);
    tcase_add_test(t, write_is_acknowledged_and_forgotten);
    tcase_add_test(t, any_register_value_is_survived);
    return RUN_TESTS("i2c", t);
}
