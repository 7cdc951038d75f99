/* SPDX-License-Identifier: BSD-2-Clause
 * The applications over fake ports, from command line to the last counter. */
#include "driver/apps/app.h"
#include "driver/ixd_priv.h"
#include "driver/tests/fake_bus.h"
#include "driver/tests/test.h"

#include <errno.h>
#include <stdio.h>

static struct fake_bus fake[2];
static struct ixd_app app;
static struct ixd_error err;

static int parse(const char *name, const char *line, struct ixd_app_options *options)
{
    char text[256], *argv[32] = {text}; /* argv[0] is not looked at */
    int argc = 1;

    strcpy(text, line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    return ixd_app_parse(ixd_app_find(name), argc, argv, options, &err);
}

/* Two ports of one fake machine: port 1 reaches the memory of port 0. */
static void share_memory(void)
{
    memcpy(fake[1].dma + 8, fake[0].dma, 8 * sizeof(fake[0].dma[0]));
    fake[1].dma_count = 16;
}

static void start_on(const char *name, const char *line, unsigned ports)
{
    const struct ixd_app_kind *kind = ixd_app_find(name);
    struct ixd_bus *buses[2] = {&fake[0].bus, &fake[1].bus};
    struct ixd_app_options options;

    fake_bus_init(&fake[0]);
    fake_bus_init(&fake[1]);
    fake[1].iova_base += 0x80000000;
    ck_assert_msg(parse(name, line, &options) == 0, "%s", err.text);
    ck_assert_msg(ixd_app_init(&app, kind, &options, buses, ports, &err) == 0, "%s", err.text);
    share_memory();
    ck_assert(!app.ready);
    ck_assert_int_eq(ixd_app_step(&app, &err), 0);
    ck_assert(app.ready);
}

static void start(const char *name, const char *line)
{
    start_on(name, line, ixd_app_find(name)->ports);
}

static void finish(void)
{
    ck_assert_msg(ixd_app_fini(&app, &err) == 0, "%s", err.text);
    ck_assert_uint_eq(fake[0].dma_live, 0);
}

static void frame_in(struct fake_bus *f, unsigned queue, uint8_t number)
{
    uint8_t frame[60] = {1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 8, 0, number};

    ck_assert(fake_receive(f, queue, frame, sizeof(frame), IXD_RX_EOP));
}

static uint8_t last[2048];

static void frame_out(void *context, const uint8_t *bytes, unsigned length)
{
    memcpy(last, bytes, length);
    if (context)
        ck_assert_uint_eq(bytes[14], (*(uint8_t *)context)++);
}

START_TEST(fwd_forwards_both_ways)
{
    uint8_t expect[2] = {0, 0};

    start("fwd", "--ring 32 --batch 8 --check");
    for (unsigned i = 0; i < 200; i++) {
        frame_in(&fake[0], 0, i);
        frame_in(&fake[1], 0, i);
        ck_assert_int_eq(ixd_app_step(&app, &err), 2);
        ck_assert_uint_eq(fake_transmit(&fake[1], 0, 32, frame_out, &expect[1]), 1);
        ck_assert_uint_eq(fake_transmit(&fake[0], 0, 32, frame_out, &expect[0]), 1);
    }
    ck_assert_uint_eq(app.worker[0].frames, 400);
    ck_assert_uint_eq(app.worker[0].not_sent, 0);
    ixd_app_stop(&app);
    finish();
}
END_TEST

/* The far link goes: the ring fills, frames are dropped and counted; it comes back, and all goes
 * on with the frames that waited. */
START_TEST(fwd_survives_a_link_flap)
{
    uint8_t expect = 0;

    start("fwd", "--ring 32 --batch 8 --check");
    fake_link(&fake[1], false);
    for (unsigned i = 0; i < 100; i++) {
        frame_in(&fake[0], 0, i);
        ck_assert_int_eq(ixd_app_step(&app, &err), 1);
    }
    ck_assert_uint_eq(app.worker[0].frames, 31);
    ck_assert_uint_eq(app.worker[0].not_sent, 69);
    fake_link(&fake[1], true);
    ck_assert_uint_eq(fake_transmit(&fake[1], 0, 64, frame_out, &expect), 31);
    frame_in(&fake[0], 0, 31);
    ck_assert_int_eq(ixd_app_step(&app, &err), 1);
    ck_assert_uint_eq(fake_transmit(&fake[1], 0, 64, frame_out, &expect), 1);
    ixd_app_stop(&app);
    finish();
}
END_TEST

START_TEST(poll_mode_sees_a_lost_link)
{
    start("echo", "");
    fake_link(&fake[0], false);
    fake[0].now_ns += 1000000000;
    for (unsigned i = 0; i < 4096; i++)
        ck_assert_int_eq(ixd_app_step(&app, &err), 0);
    ck_assert(!ixd_link_last(app.port[0]).up);
    ck_assert_uint_eq(ixd_link_last(app.port[0]).changes, 1);
    finish();
}
END_TEST

/* The report is lost, the ring fills: the port is reset and goes on, and nothing is missing. */
START_TEST(fwd_resets_a_port_that_hangs)
{
    start("fwd", "--ring 32 --batch 8 --tx-hang 5 --check --wait adaptive --idle-polls 10");
    for (unsigned i = 0; i < 31; i++)
        frame_in(&fake[0], 0, i);
    while (ixd_app_step(&app, &err) > 0) {
    }
    ck_assert_uint_eq(ixd_tx_pending(app.port[1], 0), 31);
    for (unsigned i = 0; i < 200 && !ixd_port_resets(app.port[1]); i++) {
        ck_assert_msg(ixd_app_step(&app, &err) >= 0, "%s", err.text); /* sleeps 2 ms at a time */
        fake[1].now_ns = fake[0].now_ns;
    }
    ck_assert_uint_eq(ixd_port_resets(app.port[1]), 1);
    ck_assert_uint_eq(ixd_port_resets(app.port[0]), 0);
    ck_assert_uint_eq(ixd_tx_pending(app.port[1], 0), 0);
    frame_in(&fake[0], 0, 7);
    ck_assert_int_eq(ixd_app_step(&app, &err), 1);
    ck_assert_uint_eq(fake_transmit(&fake[1], 0, 8, frame_out, NULL), 1);
    ixd_app_stop(&app);
    finish();
}
END_TEST

/* Surprise removal ends the application, with a clear word and all buffers at home. */
START_TEST(a_device_that_went_away_ends_it)
{
    int rc = 0;

    start("fwd", "--ring 32 --check --wait interrupt");
    for (unsigned i = 0; i < 10; i++)
        frame_in(&fake[0], 0, i);
    ck_assert_int_eq(ixd_app_step(&app, &err), 10);
    fake[1].gone = true;
    for (unsigned i = 0; i < 100 && rc >= 0; i++)
        rc = ixd_app_step(&app, &err);
    ck_assert_int_eq(rc, -ENODEV);
    ck_contains(err.text, "STATUS reads all ones: the device is gone");
    ixd_app_stop(&app);
    ck_assert_int_eq(ixd_app_fini(&app, &err), -ENODEV);
    ck_contains(err.text, "gone"); /* and not that buffers are missing */
    ck_assert_uint_eq(fake[0].dma_live, 0);
}
END_TEST

START_TEST(adaptive_sleeps_when_idle)
{
    start("echo", "--wait adaptive --idle-polls 5");
    for (unsigned i = 0; i < 100; i++) {
        frame_in(&fake[0], 0, i);
        ck_assert_int_eq(ixd_app_step(&app, &err), 1);
        for (unsigned k = 0; k < 4; k++)
            ck_assert_int_eq(ixd_app_step(&app, &err), 0);
        fake_transmit(&fake[0], 0, 8, NULL, NULL);
    }
    ck_assert_uint_eq(fake[0].waits, 0);
    ck_assert_uint_eq(app.worker[0].wakeups, 0);
    fake[0].message = fake[0].cause = 0;
    ck_assert_int_eq(ixd_app_step(&app, &err), 0); /* the fifth */
    ck_assert_int_eq(ixd_app_step(&app, &err), 0); /* and asleep it remains */
    ck_assert_uint_eq(fake[0].waits, 2);
    ck_assert_uint_eq(app.worker[0].timeouts, 2);
    frame_in(&fake[0], 0, 1);
    ck_assert_int_eq(ixd_app_step(&app, &err), 1);
    for (unsigned k = 0; k < 4; k++) /* awake again */
        ck_assert_int_eq(ixd_app_step(&app, &err), 0);
    ck_assert_uint_eq(fake[0].waits, 2);
    ixd_app_stop(&app);
    finish();
}
END_TEST

/* Each worker has its queues, its pool and its counters. */
START_TEST(workers_share_the_queues)
{
    start("fwd", "--ring 32 --queues 5 --workers 2 --check");
    ck_assert_uint_eq(app.worker[0].queues.first, 0);
    ck_assert_uint_eq(app.worker[1].queues.first, 1);
    ck_assert_uint_eq(app.worker[1].queues.step, 2);
    ck_assert_ptr_ne(app.worker[0].pool, app.worker[1].pool);
    for (unsigned q = 0; q < 5; q++)
        frame_in(&fake[q % 2], q, q);
    ck_assert_int_eq(ixd_worker_step(&app.worker[1], &err), 2);
    ck_assert_int_eq(ixd_app_step(&app, &err), 3);
    ck_assert_uint_eq(app.worker[0].frames, 3);
    ck_assert_uint_eq(app.worker[1].frames, 2);
    for (unsigned q = 0; q < 5; q++)
        ck_assert_uint_eq(fake_transmit(&fake[1 - q % 2], q, 8, NULL, NULL), 1);
    ixd_app_stop(&app);
    finish();
}
END_TEST

START_TEST(workers_need_queues)
{
    struct ixd_bus *buses[2] = {&fake[0].bus, &fake[1].bus};
    struct ixd_app_options options;

    fake_bus_init(&fake[0]);
    ck_assert_int_eq(parse("fwd", "--queues 2 --workers 3", &options), 0);
    ck_assert_int_eq(ixd_app_init(&app, &ixd_app_fwd, &options, buses, 2, &err), -EINVAL);
    ck_contains(err.text, "--workers 3: expected at most 2, one for each of --queues");
    ck_assert_int_eq(parse("sink", "--queues 2 --workers 2", &options), 0);
    ck_assert_int_eq(ixd_app_init(&app, &ixd_app_sink, &options, buses, 1, &err), -EINVAL);
    ck_contains(err.text, "expected at most 1");
}
END_TEST

START_TEST(link_that_never_comes)
{
    const struct ixd_app_kind *kind = ixd_app_find("echo");
    struct ixd_bus *bus = &fake[0].bus;
    struct ixd_app_options options;
    int rc = 0;

    fake_bus_init(&fake[0]);
    fake_bus_stick(&fake[0], IXD_LINKS, UINT32_MAX, 0);
    ck_assert_int_eq(parse("echo", "--link-timeout 50", &options), 0);
    ck_assert_int_eq(ixd_app_init(&app, kind, &options, &bus, 1, &err), 0);
    for (unsigned i = 0; i < 100 && rc == 0; i++)
        rc = ixd_app_step(&app, &err);
    ck_assert_int_eq(rc, -ETIMEDOUT);
    ck_contains(err.text, "LINKS: expected the link to be up within 50 ms");
    ck_assert(!app.ready);
    finish();
}
END_TEST

START_TEST(echo_swaps_addresses)
{
    start("echo", "--queues 2 --wait interrupt --check");
    frame_in(&fake[0], 1, 0);
    ck_assert_int_eq(ixd_app_step(&app, &err), 1);
    ck_assert_uint_eq(fake_transmit(&fake[0], 0, 8, frame_out, NULL), 0);
    ck_assert_uint_eq(fake_transmit(&fake[0], 1, 8, frame_out, NULL), 1);
    ck_assert_mem_eq(last, "\x0b\x0c\x0d\x0e\x0f\x10\x01\x02\x03\x04\x05\x06\x08\x00", 14);
    ck_assert_int_eq(ixd_app_step(&app, &err), 0);
    ck_assert_uint_eq(app.worker[0].wakeups, 1); /* the message of the first frame is still there */
    ck_assert_int_eq(ixd_app_step(&app, &err), 0);
    ck_assert_uint_eq(app.worker[0].timeouts, 1);
    ixd_app_stop(&app);
    finish();
}
END_TEST

START_TEST(sink_counts_and_ends)
{
    start("sink", "--frames 3");
    for (unsigned i = 0; i < 3; i++) {
        ck_assert(!app.done);
        frame_in(&fake[0], 0, i);
        ck_assert_int_eq(ixd_app_step(&app, &err), 1);
    }
    ck_assert(app.done);
    ck_assert_uint_eq(app.worker[0].bytes, 180);
    finish();
}
END_TEST

static void numbered(void *context, const uint8_t *bytes, unsigned length)
{
    uint64_t *next = context, number = 0;
    uint32_t sum = 0;

    for (unsigned i = 0; i < 8; i++)
        number = number << 8 | bytes[42 + i];
    ck_assert_uint_eq(number, (*next)++);
    ck_assert_uint_eq(length, 100);
    for (unsigned i = 14; i < 34; i += 2)
        sum += bytes[i] << 8 | bytes[i + 1];
    ck_assert_uint_eq(sum % 0xffff, 0); /* IPv4 checksum */
    ck_assert_uint_eq(bytes[99], 49);
}

START_TEST(gen_sends_all_in_order_through_a_full_ring)
{
    uint64_t next = 0;

    start("gen", "--frames 1000 --size 100 --ring 32 --batch 13 --delay 0 --check");
    for (unsigned i = 0; i < 2000 && !app.done; i++) {
        ck_assert_int_ge(ixd_app_step(&app, &err), 0);
        fake[0].now_ns += 1000;
        fake_transmit(&fake[0], 0, i % 5 * 3, numbered, &next);
    }
    ck_assert(app.done);
    fake_transmit(&fake[0], 0, 32, numbered, &next);
    ck_assert_uint_eq(next, 1000);
    ixd_app_stop(&app);
    finish();
}
END_TEST

/* Over all kinds, with and without the card's help: sizes, chains, and what is asked for. */
START_TEST(gen_makes_frames_of_all_kinds)
{
    static const char *const kinds[] = {"udp4", "udp6", "tcp4", "tcp6", "sctp4"};
    char line[160];

    for (unsigned i = 0; i < 5; i++) {
        snprintf(line, sizeof(line), "--kind %s --frames 9 --size 5000 --mtu 9000 --vlan 3 "
                 "--offloads checksum,vlan --delay 0 --check", kinds[i]);
        start("gen", line);
        for (unsigned k = 0; k < 20 && !app.done; k++) {
            ck_assert_int_ge(ixd_app_step(&app, &err), 0);
            fake[0].now_ns += 1000;
        }
        ck_assert_uint_eq(fake_transmit(&fake[0], 0, 32, NULL, NULL), 9);
        ck_assert_uint_eq(fake[0].segs, 3);
        ck_assert_uint_eq(fake[0].contexts, 1);
        ck_assert_uint_eq(fake[0].context[0] >> 16, 3);
        ck_assert_uint_eq(fake[0].command >> 46, 5000);
        ck_assert_uint_eq(fake[0].packet[4999], (5000 - app.gen.header_bytes - 8 - 1) & 0xff);
        ixd_app_stop(&app);
        finish();
    }
}
END_TEST

START_TEST(gen_refuses_what_does_not_fit)
{
    static const struct {
        const char *line, *why;
    } bad[] = {
        {"--size 1515", "--size 1515: expected at most 1514"},
        {"--size 2000 --segment 500", "needs --offloads tso"},
        {"--kind sctp4 --size 100", "needs --offloads checksum"},
        {"--kind sctp4 --size 2000 --offloads tso --segment 500", "not SCTP"},
        {"--kind tcp6 --size 60", "expected at least 82"},
        {"--kind tcp4 --size 3000 --mtu 4000", "needs --offloads checksum"},
    };
    struct ixd_bus *bus = &fake[0].bus;
    struct ixd_app_options options;

    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        fake_bus_init(&fake[0]);
        ck_assert_int_eq(parse("gen", bad[i].line, &options), 0);
        ck_assert_int_eq(ixd_app_init(&app, &ixd_app_gen, &options, &bus, 1, &err), -EINVAL);
        ck_contains(err.text, bad[i].why);
        ck_assert_uint_eq(fake[0].dma_live, 0);
    }
}
END_TEST

/* What comes damaged does not leave with a fresh checksum. */
START_TEST(fwd_drops_bad_checksums)
{
    uint8_t frame[60] = {0};

    start("fwd", "--offloads checksum --check");
    ck_assert(fake_receive(&fake[0], 0, frame, 60, IXD_RX_EOP | IXD_RX_IPCS | IXD_RX_IPE));
    ck_assert(fake_receive(&fake[0], 0, frame, 60, IXD_RX_EOP | IXD_RX_L4CS | IXD_RX_L4E));
    ck_assert(fake_receive(&fake[0], 0, frame, 60, IXD_RX_EOP | IXD_RX_IPCS | IXD_RX_L4CS));
    ck_assert_int_eq(ixd_app_step(&app, &err), 3);
    ck_assert_uint_eq(fake_transmit(&fake[1], 0, 8, NULL, NULL), 1);
    ck_assert_uint_eq(app.worker[0].bad_checksum, 2);
    ixd_app_stop(&app);
    finish();
}
END_TEST

START_TEST(gen_keeps_its_rate)
{
    start("gen", "--rate 2000000 --delay 1");
    ck_assert_int_eq(ixd_app_step(&app, &err), 0);
    fake[0].now_ns += 900000;
    ck_assert_int_eq(ixd_app_step(&app, &err), 0); /* still waiting */
    fake[0].now_ns += 100001;
    for (unsigned i = 0; i < 1000; i++) { /* 10 us at 2 Mpps: 20 frames */
        ixd_app_step(&app, &err);
        fake_transmit(&fake[0], 0, 512, NULL, NULL);
        fake[0].now_ns += 10000;
    }
    ck_assert_uint_ge(app.worker[0].frames, 999 * 20);
    ck_assert_uint_le(app.worker[0].frames, 999 * 20 + 1);
    ixd_app_stop(&app);
    finish();
}
END_TEST

struct counters {
    unsigned count;
    uint64_t gprc, frames;
};

/* Back to back: what comes in at the second port is taken and counted. */
START_TEST(gen_takes_in_at_a_second_port)
{
    start_on("gen", "--frames 1 --delay 3600000", 2);
    for (unsigned i = 0; i < 40; i++) {
        frame_in(&fake[1], 0, i);
        ck_assert_int_eq(ixd_app_step(&app, &err), 0);
    }
    ck_assert_uint_eq(app.gen.received, 40);
    finish();
    ck_assert_int_eq(ixd_app_check_ports(&ixd_app_gen, 3, &err), -EINVAL);
    ck_contains(err.text, "expected 1 or one more");
    ck_assert_int_eq(ixd_app_check_ports(&ixd_app_gen, 0, &err), -EINVAL);
    ck_assert_int_eq(ixd_app_check_ports(&ixd_app_sink, 2, &err), -EINVAL);
}
END_TEST

static void collect(void *context, const char *name, uint64_t value)
{
    struct counters *c = context;

    c->count++;
    if (strcmp(name, "port0.hw.gprc") == 0)
        c->gprc = value;
    if (strcmp(name, "app.frames") == 0)
        c->frames = value;
}

START_TEST(report_has_both_kinds_of_counters)
{
    struct counters c = {0};

    start("sink", "--queues 3");
    frame_in(&fake[0], 2, 0);
    ixd_app_step(&app, &err);
    fake[0].reg[IXD_GPRC / 4] = 99;
    ixd_app_stop(&app);
    ixd_app_report(&app, collect, &c);
    ck_assert_uint_eq(c.gprc, 99);
    ck_assert_uint_eq(c.frames, 1);
    ck_assert_uint_gt(c.count, 60);
    finish();
}
END_TEST

START_TEST(init_undoes_itself)
{
    const struct ixd_app_kind *kind = ixd_app_find("fwd");
    struct ixd_bus *buses[2] = {&fake[0].bus, &fake[1].bus};
    struct ixd_app_options options;

    for (unsigned fail = 1; fail <= 5; fail++) {
        fake_bus_init(&fake[0]);
        fake_bus_init(&fake[1]);
        if (fail <= 4)
            fake[0].dma_fail_at = fail; /* three segments, and the rings */
        else
            fake_bus_stick(&fake[1], IXD_EEC, UINT32_MAX, 0); /* the second port */
        ck_assert_int_eq(parse("fwd", "", &options), 0);
        ck_assert_int_lt(ixd_app_init(&app, kind, &options, buses, 2, &err), 0);
        ck_assert_uint_eq(fake[0].dma_live, 0);
        ck_assert_uint_eq(fake[1].dma_live, 0);
    }
    ck_assert_int_eq(ixd_app_init(&app, kind, &options, buses, 1, &err), -EINVAL);
    ck_contains(err.text, "expected 2");
}
END_TEST

TEST_MAIN("app", fwd_forwards_both_ways, fwd_survives_a_link_flap, poll_mode_sees_a_lost_link,
          fwd_resets_a_port_that_hangs,
          a_device_that_went_away_ends_it, adaptive_sleeps_when_idle,
          workers_share_the_queues, workers_need_queues, link_that_never_comes,
          echo_swaps_addresses, sink_counts_and_ends,
          gen_sends_all_in_order_through_a_full_ring, gen_makes_frames_of_all_kinds,
          gen_refuses_what_does_not_fit, fwd_drops_bad_checksums, gen_keeps_its_rate,
          gen_takes_in_at_a_second_port, report_has_both_kinds_of_counters, init_undoes_itself)
