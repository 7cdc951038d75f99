/* SPDX-License-Identifier: BSD-2-Clause
 * Command lines, right and wrong. */
#include "driver/apps/app.h"
#include "driver/tests/test.h"

#include <errno.h>

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

START_TEST(good_options)
{
    struct ixd_app_options o;

    ck_assert_int_eq(parse("fwd",
                           "--port 0000:01:00.0 --port 0000:02:00.0 --batch 256 --ring 96 "
                           "--queues 4 --wait interrupt --no-promisc --thresholds 1/2/0",
                           &o),
                     0);
    ck_assert_uint_eq(o.ports, 2);
    ck_assert_str_eq(o.port[1], "0000:02:00.0");
    ck_assert_uint_eq(o.batch, 256);
    ck_assert_uint_eq(o.rx_ring, 96);
    ck_assert_uint_eq(o.tx_ring, 96);
    ck_assert(o.wait == IXD_APP_INTERRUPT && !o.promisc && o.drop && !o.check);
    ck_assert_uint_eq(o.tx_hthresh, 2);
    ck_assert_int_eq(parse("fwd", "--mtu 9000 --offloads vlan,tso --segment 700 --merge 4", &o), 0);
    ck_assert_uint_eq(o.mtu, 9000);
    ck_assert_uint_eq(o.offloads, IXD_APP_VLAN | IXD_APP_TSO);
    ck_assert_uint_eq(o.segment, 700);
    ck_assert_uint_eq(o.merge, 4);
    ck_assert_int_eq(parse("gen", "--kind tcp6 --vlan 7 --offloads checksum,hash,scatter", &o), 0);
    ck_assert_uint_eq(o.kind, IXD_APP_TCP6);
    ck_assert_uint_eq(o.vlan, 7);
    ck_assert_int_eq(parse("gen", "--rate 4000000 --dst 02:aa:bb:cc:dd:ee --size 1514", &o), 0);
    ck_assert_uint_eq(o.rate, 4000000);
    ck_assert_uint_eq(o.dst[5], 0xee);
    ck_assert_int_eq(parse("fwd", "--help --nonsense", &o), 0);
    ck_assert(o.help);
    ck_assert_ptr_null(ixd_app_find("nonsense"));
}
END_TEST

START_TEST(bad_options)
{
    static const char *const lines[] = {"--batch 0",
                                        "--batch 257",
                                        "--batch 3x",
                                        "--batch -1",
                                        "--batch",
                                        "--ring 33",
                                        "--ring 24",
                                        "--ring 4104",
                                        "--queues 129",
                                        "--wait sometimes",
                                        "--frames 1",
                                        "--rate 5",
                                        "--nonsense",
                                        "--port a --port b --port c",
                                        "--port /x",
                                        "--thresholds 1/2",
                                        "--thresholds 1/2/200",
                                        "--mtu 67",
                                        "--mtu 9711",
                                        "--offloads lro",
                                        "--offloads tso,",
                                        "--segment 0",
                                        "--merge 17",
                                        "--workers 0",
                                        "--flow-control on",
                                        "--wake 9",
                                        "--kind udp4",
                                        "stray"};
    struct ixd_app_options o;

    for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char first[16] = {0};

        err.text[0] = 0;
        ck_assert_msg(parse("fwd", lines[i], &o) == -EINVAL, "%s", lines[i]);
        memcpy(first, lines[i], strcspn(lines[i], " "));
        ck_contains(err.text, first);
    }
    ck_assert_int_eq(parse("gen", "--rate 0", &o), -EINVAL);
    ck_assert_int_eq(parse("gen", "--dst 1:2:3", &o), -EINVAL);
    ck_assert_int_eq(parse("gen", "--size 59", &o), -EINVAL);
    ck_contains(err.text, "60..65000");
    ck_assert_int_eq(parse("gen", "--kind ipx", &o), -EINVAL);
}
END_TEST

TEST_MAIN("options", good_options, bad_options)
