/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The device's statistics. Every counter is cleared by reading it, so the driver adds them up.
 */
#include "driver/ixd_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How an array of counters is kept. */
enum shape {
    ONE,    /* a single counter */
    SUMMED, /* an array, kept as one sum */
    PER_RX, /* as many of the 16 as there are receive queues */
    PER_TX, /* ... transmit queues */
};

struct stat_row {
    const char *name;
    uint32_t low, high; /* offsets; high is 0 for a counter of 32 bits */
    uint32_t stride, count;
    enum shape shape;
};

#define STAT(name, reg, shape)                                                                     \
    {                                                                                              \
        name, IXD_##reg, 0, IXD_##reg##_STRIDE, IXD_##reg##_COUNT, shape                           \
    }
#define STAT_WIDE(name, lo, hi, shape)                                                             \
    {                                                                                              \
        name, IXD_##lo, IXD_##hi, IXD_##lo##_STRIDE, IXD_##lo##_COUNT, shape                       \
    }

/* clang-format off */
static const struct stat_row rows[] = {
    STAT("gprc", GPRC, ONE),         STAT_WIDE("gorc", GORCL, GORCH, ONE),
    STAT("gptc", GPTC, ONE),         STAT_WIDE("gotc", GOTCL, GOTCH, ONE),
    STAT("tpr", TPR, ONE),           STAT_WIDE("tor", TORL, TORH, ONE),
    STAT("tpt", TPT, ONE),
    STAT("bprc", BPRC, ONE),         STAT("mprc", MPRC, ONE),
    STAT("bptc", BPTC, ONE),         STAT("mptc", MPTC, ONE),
    STAT("mpc", MPC, SUMMED),
    STAT("crcerrs", CRCERRS, ONE),   STAT("illerrc", ILLERRC, ONE),  STAT("errbc", ERRBC, ONE),
    STAT("rlec", RLEC, ONE),         STAT("ruc", RUC, ONE),          STAT("rfc", RFC, ONE),
    STAT("roc", ROC, ONE),           STAT("rjc", RJC, ONE),          STAT("xec", XEC, ONE),
    STAT("mlfc", MLFC, ONE),         STAT("mrfc", MRFC, ONE),
    STAT("prc64", PRC64, ONE),       STAT("prc127", PRC127, ONE),    STAT("prc255", PRC255, ONE),
    STAT("prc511", PRC511, ONE),     STAT("prc1023", PRC1023, ONE),  STAT("prc1522", PRC1522, ONE),
    STAT("ptc64", PTC64, ONE),       STAT("ptc127", PTC127, ONE),    STAT("ptc255", PTC255, ONE),
    STAT("ptc511", PTC511, ONE),     STAT("ptc1023", PTC1023, ONE),  STAT("ptc1522", PTC1522, ONE),
    STAT("lxonrxcnt", LXONRXCNT, ONE), STAT("lxoffrxcnt", LXOFFRXCNT, ONE),
    STAT("lxontxc", LXONTXC, ONE),   STAT("lxofftxc", LXOFFTXC, ONE),
    STAT("fdirmatch", FDIRMATCH, ONE), STAT("fdirmiss", FDIRMISS, ONE),
    STAT("qprc", QPRC, PER_RX),      STAT_WIDE("qbrc", QBRC_L, QBRC_H, PER_RX),
    STAT("qprdc", QPRDC, PER_RX),
    STAT("qptc", QPTC, PER_TX),      STAT_WIDE("qbtc", QBTC_L, QBTC_H, PER_TX),
};
/* clang-format on */
enum { ROWS = sizeof(rows) / sizeof(rows[0]), QUEUE_COUNTERS = 16 };

struct ixd_stats {
    uint64_t sum[ROWS][QUEUE_COUNTERS];
};

int ixd_stats_create(struct ixd_port *port, struct ixd_error *err)
{
    port->stats = calloc(1, sizeof(*port->stats));
    if (!port->stats)
        return ixd_fail(err, -ENOMEM, "%s: no memory for statistics", port->bus->name);
    return 0;
}

void ixd_stats_clear(struct ixd_port *port)
{
    ixd_stats_update(port);
    memset(port->stats, 0, sizeof(*port->stats));
}

/* Queue q counts in counter q % 16. */
void ixd_stats_map_queues(struct ixd_port *port)
{
    for (unsigned i = 0; i < IXD_RQSMR_COUNT; i++) {
        unsigned first = 4 * i % QUEUE_COUNTERS;
        uint32_t four = first | (first + 1) << 8 | (first + 2) << 16 | (first + 3) << 24;

        ixd_reg_write(port, IXD_AT(RQSMR, i), four);
        ixd_reg_write(port, IXD_AT(TQSM, i), four);
    }
}

static unsigned at_most(unsigned queues)
{
    return queues < QUEUE_COUNTERS ? queues : QUEUE_COUNTERS;
}

static unsigned registers_of(const struct ixd_port *port, const struct stat_row *row)
{
    switch (row->shape) {
    case PER_RX:
        return at_most(port->config.rx_queues);
    case PER_TX:
        return at_most(port->config.tx_queues);
    default:
        return row->count;
    }
}

static uint64_t read_and_clear(struct ixd_port *port, const struct stat_row *row, unsigned i)
{
    uint64_t value = ixd_reg_read(port, row->low + i * row->stride);

    if (row->high) /* low first: reading it holds the high word, 4 bits, still */
        value |= (uint64_t)(ixd_reg_read(port, row->high + i * row->stride) & 0xf) << 32;
    return value;
}

void ixd_stats_update(struct ixd_port *port)
{
    if (port->gone) /* would read all ones */
        return;
    for (unsigned r = 0; r < ROWS; r++) {
        unsigned registers = registers_of(port, &rows[r]);
        unsigned step = rows[r].shape == SUMMED ? 0 : 1;

        for (unsigned i = 0; i < registers; i++)
            port->stats->sum[r][i * step] += read_and_clear(port, &rows[r], i);
    }
}

static uint64_t update_one(struct ixd_port *port, uint32_t reg)
{
    for (unsigned r = 0; r < ROWS && !port->gone; r++) {
        if (rows[r].low == reg)
            return port->stats->sum[r][0] += read_and_clear(port, &rows[r], 0);
    }
    return 0;
}

uint64_t ixd_stats_sent(struct ixd_port *port)
{
    return update_one(port, IXD_GPTC);
}

uint64_t ixd_stats_pauses(struct ixd_port *port)
{
    return update_one(port, IXD_LXOFFRXCNT) + update_one(port, IXD_LXONRXCNT);
}

void ixd_stats_each(const struct ixd_port *port,
                    void (*emit)(void *context, const char *name, uint64_t value), void *context)
{
    for (unsigned r = 0; r < ROWS; r++) {
        bool per_queue = rows[r].shape == PER_RX || rows[r].shape == PER_TX;
        unsigned count = per_queue ? registers_of(port, &rows[r]) : 1;

        for (unsigned i = 0; i < count; i++) {
            char name[24];

            if (per_queue)
                snprintf(name, sizeof(name), "%s%u", rows[r].name, i);
            else
                snprintf(name, sizeof(name), "%s", rows[r].name);
            emit(context, name, port->stats->sum[r][i]);
        }
    }
}

struct lookup {
    const char *name;
    uint64_t value;
};

static void lookup_emit(void *context, const char *name, uint64_t value)
{
    struct lookup *lookup = context;

    if (strcmp(lookup->name, name) == 0)
        lookup->value = value;
}

uint64_t ixd_stats_get(const struct ixd_port *port, const char *name)
{
    struct lookup lookup = {.name = name};

    ixd_stats_each(port, lookup_emit, &lookup);
    return lookup.value;
}
