/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A port with four receive queues on a fake bus, for the tests of what leads frames to them: open
 * in begin(), closed in end() with every buffer home. Knows no filter.
 */
#ifndef DRIVER_TESTS_STEERED_PORT_H
#define DRIVER_TESTS_STEERED_PORT_H

#include <check.h>

#include "driver/ixd.h"
#include "driver/regs.h"
#include "driver/tests/fake_bus.h"

static struct fake_bus fake;
static struct pool *pool;
static struct ixd_port *port;
static struct ixd_error err;

static void begin(void)
{
    struct ixd_config config;

    fake_bus_init(&fake);
    fake_bus_stick(&fake, IXD_FDIRCMD, 3, 0); /* the flow director is done at once */
    fake_bus_stick(&fake, IXD_FDIRCTRL, IXD_FDIRCTRL_INIT_DONE, IXD_FDIRCTRL_INIT_DONE);
    pool = fake_pool(&fake, 1024);
    ixd_config_default(&config);
    config.pool = pool;
    config.rx_queues = 4;
    config.rx_ring = config.tx_ring = 32;
    ck_assert_msg(ixd_open(&port, &fake.bus, &config, &err) == 0, "%s", err.text);
}

static void end(void)
{
    ck_assert_msg(ixd_close(port, &err) == 0, "%s", err.text);
    ck_assert_int_eq(pool_check_home(pool, &err), 0);
    fake_bus_fini(&fake, pool);
}

#endif
