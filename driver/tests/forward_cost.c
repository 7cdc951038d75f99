/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A load for counting the driver's instructions: usage: forward-cost BATCH ROUNDS [OPTION ...].
 * fwd runs between two ports of the fake bus, with registers mapped as in a guest; each round
 * brings BATCH frames of 60 bytes to port 0 and takes as many from port 1. The device's half is
 * this program's own, kept out of ixd_app_step(), so that scripts/driver_cost.py can count what
 * lies below that function and nothing else.
 */
#include "driver/apps/app.h"
#include "driver/desc.h"
#include "driver/regs.h"
#include "driver/tests/fake_bus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fake_bus fake[2];
static struct ixd_app app;
static struct ixd_error err;

static void fail(const char *what)
{
    fprintf(stderr, "forward-cost: %s %s\n", what, err.text);
    exit(1);
}

/* Port 1 reaches the memory of port 0, where the pool lies. */
static void share_memory(void)
{
    memcpy(fake[1].dma + FAKE_DMA_MAX / 2, fake[0].dma,
           sizeof(fake[0].dma[0]) * FAKE_DMA_MAX / 2);
    fake[1].dma_count = FAKE_DMA_MAX;
}

static void start(int argc, char **argv)
{
    struct ixd_bus *buses[2] = {&fake[0].bus, &fake[1].bus};
    struct ixd_app_options options;

    if (ixd_app_parse(&ixd_app_fwd, argc, argv, &options, &err))
        fail("options:");
    for (unsigned i = 0; i < 2; i++) {
        fake_bus_init(&fake[i]);
        fake[i].iova_base += i * UINT64_C(0x80000000);
    }
    if (ixd_app_init(&app, &ixd_app_fwd, &options, buses, 2, &err))
        fail("init:");
    share_memory();
    while (!app.ready) {
        if (ixd_app_step(&app, &err) < 0)
            fail("start:");
    }
    for (unsigned i = 0; i < 2; i++) /* from here on as over VFIO: registers are memory */
        fake[i].bus.regs = (volatile uint8_t *)fake[i].reg;
}

int main(int argc, char **argv)
{
    unsigned batch = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
    unsigned long rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 0, sent = 0;
    const uint8_t frame[60] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, [17] = 46, [23] = 17,
                               [39] = 26};

    if (!batch || !rounds)
        fail("usage: forward-cost BATCH ROUNDS [OPTION ...]");
    start(argc - 2, argv + 2);
    for (unsigned long i = 0; i < rounds; i++) {
        for (unsigned k = 0; k < batch; k++) {
            if (!fake_receive(&fake[0], 0, frame, sizeof(frame), IXD_RX_EOP))
                fail("the receive ring is empty");
        }
        if (ixd_app_step(&app, &err) < 0)
            fail("step:");
        sent += fake_transmit(&fake[1], 0, batch, NULL, NULL);
    }
    fake[0].bus.regs = fake[1].bus.regs = NULL;
    if (sent != batch * rounds)
        fail("frames were lost");
    printf("%lu frames\n", sent);
    return ixd_app_fini(&app, &err) ? 1 : 0;
}
