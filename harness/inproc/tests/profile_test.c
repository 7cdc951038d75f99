/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The profile driver: what its arguments must say, and that its ring behaviour is what they say.
 */
#include "harness/inproc/profile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/inproc/tests/machine.h"
#include "mk/run_tests.h"

static const char *const good[] = {
    "profile", "--port", "0000:01:00.0", "mode=1", "batch=8", "buffers=1024", "frame=60",
    "rx-ring=64", "tx-ring=64", "rx-buffer=128", "tx-buffer=40", "tx-report=4", "tx-clean=8",
    "tx-pthresh=32", "tx-hthresh=8", "tx-packet-cost=10", "empty-cost=20",
};
enum { GOOD = sizeof(good) / sizeof(*good) };

static int parse_with(const char *argument, struct profile_config *c)
{
    char *argv[GOOD + 1], copy[64];
    struct ixd_error err = {{0}};

    for (int i = 0; i < GOOD; i++)
        argv[i] = (char *)good[i];
    snprintf(copy, sizeof copy, "%s", argument ? argument : "drop=1");
    argv[GOOD] = copy;
    int rc = profile_parse(c, GOOD + 1, argv, &err);
    if (rc)
        ck_assert_msg(err.text[0], "a refusal says why");
    return rc;
}

START_TEST(arguments)
{
    static const char *const bad[] = {
        "nonsense=1", "batch", "batch=", "batch=x", "batch=0", "batch=257", "rx-ring=60",
        "tx-ring=4", "tx-clean=6", "tx-clean=64", "tx-report=0", "tx-report=16", "buffers=100",
        "mode=0", "rx-buffer=513", "tx-buffer=0", "empty-cost=0", "buffers=99999999999",
    };
    struct profile_config c;

    ck_assert_int_eq(parse_with(NULL, &c), 0);
    ck_assert_uint_eq(c.tx_pthresh, 32);
    ck_assert_uint_eq(c.ports, 1);
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(parse_with(bad[i], &c) == -EINVAL, "'%s' is taken", bad[i]);
}
END_TEST

/* A sender: descriptors go out in batches, every fourth asks for a report, eight come home at a
 * time, and each batch costs its instructions. */
START_TEST(sender)
{
    static struct inproc_host host;
    struct profile *p = calloc(1, sizeof *p);
    struct ixd_error err = {{0}};

    machine_start(&host, 1);
    ck_assert_int_eq(parse_with(NULL, &p->config), 0);
    sim_bus_init(&p->port[0].sim, &host, 0, &sim_cost_default);
    ck_assert_msg(!profile_init(p, &host, &err), "%s", err.text);
    for (int i = 0; i < 100000 && !p->ready; i++)
        profile_step(p);
    ck_assert(p->ready);
    uint64_t before = host.now_vns;
    profile_step(p);
    ck_assert_uint_eq(p->forwarded, 8);
    ck_assert_uint_ge(host.now_vns - before, 80);
    struct profile_ring *r = &p->port[0].tx;
    for (unsigned i = 0; i < 8; i++)
        ck_assert_int_eq(!!(r->desc[i].word[1] & (IXD_TX_RS | IXD_TX_DD)), i % 4 == 3);
    for (int i = 0; i < 2000; i++)
        profile_step(p);
    ck_assert_uint_gt(p->forwarded, 64); /* they do come home */
    ck_assert_uint_eq(r->clean % 8, 0);
    ck_assert_uint_eq((r->next + 64 - r->clean) % 64 + p->home_count + host.ports * 64,
                      p->config.buffers + 64);
    profile_fini(p);
    free(p);
    machine_stop(&host);
}
END_TEST

/* What a poll of eight that finds `ready` frames costs, the ring's doorbell being far off. */
static uint64_t cost_of(struct inproc_host *host, unsigned ready)
{
    struct ixd_desc desc[64] = {{{0}}};
    uint32_t number[64] = {0}, home[64] = {0}, buffer[8];
    uint16_t bytes[8];
    struct profile p = {
        .config = {.batch = 8, .rx_burst_cost = 1000, .rx_packet_cost = 10, .rx_drained_cost = 300,
                   .rx_refill = 512, .empty_cost = 20},
        .port[0].rx = {.desc = desc, .buffer = number, .length = 64},
        .host = host, .home = home, .home_count = 64,
    };

    for (unsigned i = 0; i < ready; i++)
        desc[i].word[1] = htole64(IXD_RX_DD);
    uint64_t before = host->now_vns;
    ck_assert_uint_eq(profile_receive(&p, &p.port[0], buffer, bytes), ready < 8 ? ready : 8);
    return host->now_vns - before;
}

/* A burst that finds the ring's end pays for the lines that it took from the card. */
START_TEST(drained)
{
    static struct inproc_host host;

    machine_start(&host, 1);
    ck_assert_uint_eq(cost_of(&host, 0), 20);
    ck_assert_uint_eq(cost_of(&host, 3), 1000 + 3 * 10 + 300);
    ck_assert_uint_eq(cost_of(&host, 8), 1000 + 8 * 10);
    ck_assert_uint_eq(cost_of(&host, 40), 1000 + 8 * 10);
    machine_stop(&host);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("profile");

    tcase_add_test(c, arguments);
    tcase_add_test(c, sender);
    tcase_add_test(c, drained);
    return RUN_TESTS("inproc profile", c);
}
