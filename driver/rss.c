/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receive side scaling: which queue a flow goes to. The default key repeats 16 bits, which makes
 * both directions of a flow land on queues of the same number; the default table deals the queues
 * out in turn. Both survive a reset of the port.
 */
#include "driver/ixd_priv.h"

#include <errno.h>
#include <string.h>

static unsigned rss_queues(const struct ixd_port *port)
{
    return port->config.rx_queues < IXD_RSS_QUEUES ? port->config.rx_queues : IXD_RSS_QUEUES;
}

void ixd_rss_defaults(struct ixd_port *port)
{
    for (unsigned i = 0; i < IXD_RSS_KEY_BYTES; i++)
        port->rss.key[i] = i % 2 ? 0x5a : 0x6d;
    for (unsigned i = 0; i < IXD_RSS_TABLE; i++)
        port->rss.table[i] = i % rss_queues(port);
}

static void write_key(struct ixd_port *port)
{
    const uint8_t *key = port->rss.key;

    for (unsigned i = 0; i < IXD_RSSRK_COUNT; i++, key += 4)
        ixd_reg_write(port, IXD_AT(RSSRK, i),
                      key[0] | key[1] << 8 | key[2] << 16 | (uint32_t)key[3] << 24);
}

static void write_table(struct ixd_port *port)
{
    const uint8_t *queue = port->rss.table;

    for (unsigned i = 0; i < IXD_RETA_COUNT; i++, queue += 4)
        ixd_reg_write(port, IXD_AT(RETA, i),
                      queue[0] | queue[1] << 8 | queue[2] << 16 | (uint32_t)queue[3] << 24);
}

void ixd_rss_setup(struct ixd_port *port)
{
    if (port->config.rx_queues == 1 && !(port->config.rx_offloads & IXD_RX_OFFLOAD_RSS_HASH)) {
        ixd_reg_write(port, IXD_MRQC, 0);
        return;
    }
    write_key(port);
    write_table(port);
    ixd_reg_change(port, IXD_RXCSUM, 0, IXD_RXCSUM_PCSD);
    ixd_reg_write(port, IXD_MRQC,
                  IXD_MRQC_RSS | IXD_MRQC_IPV4 | IXD_MRQC_IPV4_TCP | IXD_MRQC_IPV4_UDP |
                      IXD_MRQC_IPV6 | IXD_MRQC_IPV6_TCP | IXD_MRQC_IPV6_UDP);
}

void ixd_rss_set_key(struct ixd_port *port, const uint8_t key[IXD_RSS_KEY_BYTES])
{
    memcpy(port->rss.key, key, IXD_RSS_KEY_BYTES);
    write_key(port);
}

int ixd_rss_set_table(struct ixd_port *port, const uint8_t table[IXD_RSS_TABLE],
                      struct ixd_error *err)
{
    for (unsigned i = 0; i < IXD_RSS_TABLE; i++) {
        if (table[i] >= rss_queues(port))
            return ixd_fail(err, -EINVAL, "%s: RSS table entry %u names queue %u: expected 0..%u",
                            port->bus->name, i, table[i], rss_queues(port) - 1);
    }
    memcpy(port->rss.table, table, IXD_RSS_TABLE);
    write_table(port);
    return 0;
}
