/* SPDX-License-Identifier: BSD-2-Clause
 * Register scripts over a fake port: what they do, and what is refused, by text alone. */
#include "driver/apps/script.h"
#include "driver/regs.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

#include <errno.h>
#include <stdio.h>

static struct fake_bus fake[2];
static struct ixd_error err;
static struct ixd_script *script;

static int parse(const char *text)
{
    return ixd_script_parse(&script, text, strlen(text), NULL, &err);
}

static void attach(const char *text)
{
    struct ixd_bus *buses[2] = {&fake[0].bus, &fake[1].bus};

    fake_bus_init(&fake[0]);
    fake_bus_init(&fake[1]);
    ck_assert_msg(parse(text) == 0, "%s", err.text);
    ixd_script_attach(script, buses, 2);
}

static int run(const char *text)
{
    int rc;

    attach(text);
    rc = ixd_script_finish(script, &err);
    ixd_script_free(script);
    ck_assert_uint_eq(fake[0].dma_live, 0);
    return rc;
}

static void good(const char *text)
{
    ck_assert_msg(run(text) == 0, "%s", err.text);
}

static void refused(const char *text, const char *why)
{
    ck_assert_msg(parse(text) != 0, "accepted: %s", text);
    ck_assert_ptr_null(script);
    ck_contains(err.text, why);
}

START_TEST(registers_by_name_index_and_offset)
{
    good("RETA(1) = 0x12; RETA[2] = 3; reg(0x5c0c) = 4\n1:RETA(0) = 7");
    ck_assert_uint_eq(fake[0].reg[0x5c04 / 4], 0x12);
    ck_assert_uint_eq(fake[0].reg[0x5c08 / 4], 3);
    ck_assert_uint_eq(fake[0].reg[0x5c0c / 4], 4);
    ck_assert_uint_eq(fake[0].reg[0x5c00 / 4], 0);
    ck_assert_uint_eq(fake[1].reg[0x5c00 / 4], 7);
    good("FCTRL = 0xf0; FCTRL |= 1; FCTRL &= ~0x10; expect FCTRL == 0xe1; port 1; FCTRL = 2");
    ck_assert_uint_eq(fake[1].reg[IXD_FCTRL / 4], 2);
}
END_TEST

START_TEST(expressions)
{
    good("a = 2 + 3 * 4; expect a == 14; expect (2 + 3) * 4 == 20");
    good("expect 7 / 2 == 3 && 7 % 2 == 1");
    good("a = 0xf0; expect a & 0x30 == 0x30; expect a | 1 == 0xf1; expect ~a & 0xff == 15");
    good("expect 1 << 63 >> 63 == 1; expect 1 << 64 == 0; expect -1 > 5; expect !0");
    good("expect 1_0 == 10; expect 10us == 10000 && 1ms == 1000us && 1s == 1000ms");
    good("expect 0 || 5 != 4");
}
END_TEST

START_TEST(an_expectation_says_what_it_saw)
{
    ck_assert_int_eq(run("RETA(0) = 9; expect RETA(0) == 10"), -EPROTO);
    ck_contains(err.text, "`expect RETA(0) == 10`: this does not hold: left is 9 (0x9), right is");
    ck_assert_int_eq(run("RETA(0) = 9; wait RETA(0) == 10 for 50us"), -ETIMEDOUT);
    ck_contains(err.text, "the time is up: left is 9");
    ck_assert_int_eq(run("a = 1; a = a / RETA(3)"), -EDOM);
    ck_assert_int_eq(run("for i = 0 to 200; RETA(i) = 1; end"), -ERANGE);
    ck_contains(err.text, "RETA(32) does not exist: there are 32");
}
END_TEST

START_TEST(blocks)
{
    good("n = 0; for i = 1 to 4; for j = 1 to 3; n = n + 1; end; end; expect n == 12");
    good("n = 0; for i = 5 to 4; n = 1; end; expect n == 0");
    good("n = 9; while n > 3; n = n - 1; if n == 4; expect n == 4; end; end; expect n == 3");
    good("n = 0; if n; n = 5; end; expect n == 0");
    good("for i = 0 to 1; for j = 0 to 1; if i; RETA(i) = j; end; end; end; expect RETA(1) == 1");
    ck_assert_int_eq(run("while 1; a = 1; end"), -ELOOP);
}
END_TEST

START_TEST(memory)
{
    good("buffer a 256; mem64(@a) = 0x1122334455667788; expect mem8(@a + 7) == 0x11;"
         "expect mem32(@a) == 0x55667788; mem16(@a + 8) = 0x12345; expect mem32(@a + 8) == 0x2345");
    good("buffer a 100; bytes @a + 1 hex:00fF10; same @a hex:0000ff10; fill @a, 4, 0x5a;"
         "same @a hex:5a5a5a5a; random @a, 8, 7; expect mem64(@a) != 0");
    ck_assert_int_eq(run("buffer a 16; bytes @a hex:00; same @a hex:01"), -EPROTO);
    ck_assert_int_eq(run("buffer a 16; mem64(@a + 9) = 1"), -EFAULT);
    ck_assert_int_eq(run("buffer a 16; fill @a, 17, 0"), -EFAULT);
    ck_assert_int_eq(run("buffer a 16; fill @a + 8, 0 - 4, 0"), -EFAULT);
    ck_assert_int_eq(run("a = mem32(0x1000)"), -EFAULT);
    ck_assert_int_eq(run("buffer a 64000000"), -EINVAL);
    good("map m 4096; mem64(@m) = 5; unmap m; map m 4096 read; expect mem64(@m) == 0");
    ck_assert_int_eq(run("map m 4096; unmap m; a = mem64(@m)"), -EFAULT);
    ck_assert_int_eq(run("buffer m 4096; unmap m"), -EINVAL);
}
END_TEST

START_TEST(rings_and_queues)
{
    good("ring rx 70, 64; ring tx 2, 32; start rx 70; start tx 2; expect TXDCTL(2) & 1 << 25;"
         "expect RDLEN(70) == 1024; expect RDBAL(70) == @rx70 & 0xffffffff; stop rx 70;"
         "expect RXDCTL(70) == 0; expect DMATXCTL & 1; port 1; ring rx 0, 32;"
         "expect 1:RDBAH(0) == @p1rx0 >> 32");
    ck_assert_int_eq(run("n = 128; start rx n"), -ERANGE);
    good("setup; expect LINKS >> 30 & 1");
    good("receive 3, 32; expect RDT(3) == 31 && RXCTRL == 1 && SRRCTL(3) == 0x02000002;"
         "expect mem64(@rx3 + 16*5) == @rx3data + 5*2048; transmit 1, 32; TDT(1) = 31;"
         "send 1, @rx3data, 60; expect TDT(1) == 0; expect mem64(@tx1 + 16*31) == @rx3data;"
         "expect mem64(@tx1 + 16*31 + 8) == 60 << 46 | 0x2b30003c");
    ck_assert_int_eq(run("send 3, 0x1000, 60"), -EFAULT);
    ck_assert_int_eq(run("receive 0, 4096; receive 1, 4096"), -ENOMEM);
}
END_TEST

static char printed[256];

static void note(void *context, const char *name, uint64_t value)
{
    snprintf(printed + strlen(printed), sizeof(printed) - strlen(printed), "%s=%llu ", name,
             (unsigned long long)value);
}

START_TEST(ready_over_and_prints)
{
    enum ixd_script_state state;

    attach("print a 5; ready; RETA(0) = 1; over; buffer b 16; mem64(@b + 8) = 6; dump b @b, 2");
    ck_assert_int_eq(ixd_script_step(script, &state, &err), 0);
    ck_assert_int_eq(state, IXD_SCRIPT_RUNS);
    ixd_script_step(script, &state, &err);
    ck_assert_int_eq(state, IXD_SCRIPT_READY);
    ixd_script_step(script, &state, &err);
    ck_assert_int_eq(state, IXD_SCRIPT_RUNS);
    for (int i = 0; i < 3; i++) {
        ixd_script_step(script, &state, &err);
        ck_assert_int_eq(state, IXD_SCRIPT_OVER);
    }
    ck_assert_int_eq(ixd_script_finish(script, &err), 0);
    ixd_script_step(script, &state, &err);
    ck_assert_int_eq(state, IXD_SCRIPT_ENDED);
    printed[0] = 0;
    ixd_script_report(script, note, NULL);
    ck_assert_str_eq(printed, "a=5 b.0=0 b.1=6 ");
    ixd_script_free(script);
}
END_TEST

START_TEST(interrupts)
{
    good("vectors 2; quiet 0 for 1ms; expect !fired(1); t = now(); sleep 5us;"
         "expect now() - t >= 5us");
    ck_assert_int_eq(run("vectors 2; interrupt 1 for 1ms"), -EPROTO);
    ck_contains(err.text, "no interrupt came");
    ck_assert_int_eq(run("interrupt 200 for 1ms"), -ERANGE);
}
END_TEST

START_TEST(mistakes_are_found_without_a_device)
{
    unsigned line = 0;

    refused("ETFQ(0) = 1", "there is no register ETFQ; did you mean ETQF?");
    refused("ETQF = 1", "ETQF is an array of 8: write ETQF(0)");
    refused("ETQF(8) = 1", "ETQF(8) does not exist: there are 8");
    refused("reg(0x20000) = 1", "expected a multiple of 4 below 0x20000");
    refused("CTRL = 1 2", "expected the end of the statement, not '2'");
    refused("CTRL = ", "expected a value, and there is nothing more");
    refused("CTRL == 1", "expected '=', '|=' or '&=', not '=='");
    refused("expect x == 1", "nothing has given 'x' a value");
    refused("mem64(@x) = 1", "there is no buffer '@x'");
    refused("for i = 0 to 3", "no 'end' for this");
    refused("end", "'end' without");
    refused("while = 1; end", "'end' without");
    refused("sleep 11s", "more than 10s");
    refused("wait CTRL for 1h", "'1h' is no number (units: ns, us, ms, s)");
    refused("bytes 1 hex:123", "an even number");
    refused("CTRL = 99999999999999999999", "does not fit 64 bits");
    refused("CTRL = $", "'$' means nothing here");
    refused("CTRL = \x01", "byte 0x01 means nothing here");
    refused("9:CTRL = 1", "there is no port 9");
    refused("ring ax 0, 5", "expected 'rx' or 'tx', not 'ax'");
    ck_assert_int_lt(ixd_script_parse(&script, "CTRL = 1\nCTRL = 2\nCRTL = 3", 26, &line, &err), 0);
    ck_assert_uint_eq(line, 3);
    ck_contains(err.text, "`CRTL = 3`: there is no register CRTL; did you mean CTRL?");
}
END_TEST

/* Nothing in a text may crash the parser: every prefix, and every byte of it changed. */
START_TEST(broken_texts)
{
    static const char whole[] =
        "setup; receive 0, 64; buffer b 64*2048; send 0, @b, 60\nfor i = 0 to 62;"
        "mem64(@rx0 + 16*i) = @b + 2048*i;"
        "end; if CTRL & 3 == 0; bytes @b hex:00ff; end; wait RDH(0) == ((10)) for 1ms # comment";
    char text[sizeof(whole)];

    for (size_t i = 0; i < sizeof(whole); i++) {
        if (ixd_script_parse(&script, whole, i, NULL, &err) == 0)
            ixd_script_free(script);
        for (const char *c = "(;@=&0:\n~\xff"; *c; c++) {
            memcpy(text, whole, sizeof(whole));
            text[i] = *c;
            if (ixd_script_parse(&script, text, sizeof(whole), NULL, &err) == 0)
                ixd_script_free(script);
        }
    }
    memset(text, '(', sizeof(text));
    ck_assert_int_lt(ixd_script_parse(&script, text, sizeof(text), NULL, &err), 0);
    memset(text, '~', sizeof(text));
    ck_assert_int_lt(ixd_script_parse(&script, text, sizeof(text), NULL, &err), 0);
}
END_TEST

START_TEST(configuration_space)
{
    static const uint8_t list[] = {0x01, 0x50, 0x00, 0x00};

    attach("cfg16(4) = 6; cfg16(4) |= 0x400; expect cfg8(5) == 4 && cfg32[4] == 0x406;"
           "1:cfg8(0x3c) = 9; expect 1:cfg8(0x3c) == 9 && cfg8(0x3c) == 0;"
           "expect cap(1) == 0x40 && cap(0x11) == 0x50 && cap(5) == 0;"
           "cfg16(cap(0x11) + 2) |= 0x8000; expect excap(1) == 0x140 && excap(3) == 0;"
           "port 1; expect cap(1) == 0 && excap(1) == 0");
    fake[0].config[0x34] = 0x40;
    memcpy(fake[0].config + 0x40, list, sizeof(list));
    fake[0].config[0x50] = 0x11;
    memcpy(fake[0].config + 0x100, (uint8_t[]){2, 0, 1, 0x14}, 4);
    memcpy(fake[0].config + 0x140, (uint8_t[]){1, 0, 1, 0x10}, 4); /* and back again */
    ck_assert_msg(ixd_script_finish(script, &err) == 0, "%s", err.text);
    ixd_script_free(script);
    ck_assert_uint_eq(fake[0].config[0x53], 0x80);
    ck_assert_uint_eq(fake[1].config[0x3c], 9);
    refused("cfg16(5) = 1", "multiple of 2");
    refused("expect cfg32(4096)", "below 0x1000");
    refused("cfg8 = 1", "an offset");
    ck_assert_int_eq(run("a = 3; expect cfg32(a) == 0"), -ERANGE);
}
END_TEST

START_TEST(interrupts_of_each_kind)
{
    good("msi; quiet 0 for 1us");
    ck_assert_int_eq(fake[0].kind, IXD_IRQ_MSI);
    ck_assert_uint_eq(fake[0].vectors, 1);
    good("vectors 3; intx; expect !fired(0)");
    ck_assert_int_eq(fake[0].kind, IXD_IRQ_INTX);
    good("vectors 3; vectors 0");
    ck_assert_uint_eq(fake[0].vectors, 0);
}
END_TEST

TEST_MAIN("script", registers_by_name_index_and_offset, expressions,
          an_expectation_says_what_it_saw, blocks, memory, rings_and_queues, ready_over_and_prints,
          interrupts, interrupts_of_each_kind, configuration_space,
          mistakes_are_found_without_a_device, broken_texts)
