/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which queue a packet goes to by ethertype, SYN and 5-tuple. What was asked for is kept in the
 * port, so that a reset can write it again: see ixd_steer_apply(). Flows by the thousand: fdir.c.
 */
#include "driver/filter.h"

#include "driver/ixd_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

enum { PROTO_TCP = 6, PROTO_UDP = 17, PROTO_SCTP = 132 };

int ixd_steer_check_queue(const struct ixd_port *port, unsigned queue, struct ixd_error *err)
{
    if (queue >= port->config.rx_queues)
        return ixd_fail(err, -EINVAL, "%s: queue %u: expected 0..%u", port->bus->name, queue,
                        port->config.rx_queues - 1);
    return 0;
}

static void write_ethertype(struct ixd_port *port, unsigned i)
{
    const struct ixd_steer_ethertype *e = &port->steer.ethertype[i];

    ixd_reg_write(port, IXD_AT(ETQS, i), IXD_ETQS_QUEUE(e->queue) | IXD_ETQS_QUEUE_EN);
    ixd_reg_write(port, IXD_AT(ETQF, i), e->type | IXD_ETQF_EN);
}

int ixd_steer_ethertype(struct ixd_port *port, unsigned type, unsigned queue,
                        struct ixd_error *err)
{
    unsigned i = 0;
    int rc = ixd_steer_check_queue(port, queue, err);

    if (rc)
        return rc;
    if (type < 0x600 || type > 0xffff || type == 0x0800 || type == 0x86dd)
        return ixd_fail(err, -EINVAL, "%s: ethertype 0x%04x: expected 0x0600..0xffff, and not IP",
                        port->bus->name, type);
    while (i < port->steer.ethertypes && port->steer.ethertype[i].type != type)
        i++;
    if (i == IXD_ETHERTYPES_MAX)
        return ixd_fail(err, -ENOSPC, "%s: all %d ethertype filters are in use", port->bus->name,
                        IXD_ETHERTYPES_MAX);
    port->steer.ethertype[i] = (struct ixd_steer_ethertype){type, queue};
    if (i == port->steer.ethertypes)
        port->steer.ethertypes++;
    write_ethertype(port, i);
    return 0;
}

int ixd_steer_syn(struct ixd_port *port, unsigned queue, bool first, struct ixd_error *err)
{
    int rc = ixd_steer_check_queue(port, queue, err);

    if (rc)
        return rc;
    port->steer.syn = IXD_SYNQF_EN | IXD_SYNQF_QUEUE(queue) | (first ? IXD_SYNQF_FIRST : 0);
    ixd_reg_write(port, IXD_SYNQF, port->steer.syn);
    return 0;
}

/* The number that FTQF has for a protocol; -1: none. */
static int protocol_code(unsigned protocol)
{
    switch (protocol) {
    case PROTO_TCP:
    case 0: return 0; /* not compared */
    case PROTO_UDP: return 1;
    case PROTO_SCTP: return 2;
    default: return -1;
    }
}

/* Addresses and ports stand in the registers as they do in the packet. */
static void write_tuple(struct ixd_port *port, unsigned i)
{
    const struct ixd_steer_tuple *t = &port->steer.tuple[i];
    const struct ixd_tuple *m = &t->match;
    uint32_t flags = IXD_FTQF_EN | IXD_FTQF_ANY_POOL | IXD_FTQF_PRIORITY(t->priority);

    flags |= protocol_code(m->protocol);
    flags |= m->protocol ? 0 : IXD_FTQF_ANY_PROTOCOL;
    flags |= m->source ? 0 : IXD_FTQF_ANY_SOURCE;
    flags |= m->destination ? 0 : IXD_FTQF_ANY_DESTINATION;
    flags |= m->source_port ? 0 : IXD_FTQF_ANY_SOURCE_PORT;
    flags |= m->destination_port ? 0 : IXD_FTQF_ANY_DEST_PORT;
    ixd_reg_write(port, IXD_AT(SAQF, i), htonl(m->source));
    ixd_reg_write(port, IXD_AT(DAQF, i), htonl(m->destination));
    ixd_reg_write(port, IXD_AT(SDPQF, i),
                  htons(m->source_port) | (uint32_t)htons(m->destination_port) << 16);
    ixd_reg_write(port, IXD_AT(L34T_IMIR, i),
                  IXD_L34T_SIZE_BYPASS | IXD_L34T_CONTROL_BYPASS | IXD_L34T_QUEUE(t->queue));
    ixd_reg_write(port, IXD_AT(FTQF, i), flags);
}

int ixd_steer_tuple(struct ixd_port *port, const struct ixd_tuple *tuple, unsigned priority,
                    unsigned queue, struct ixd_error *err)
{
    unsigned i = port->steer.tuples;
    int rc = ixd_steer_check_queue(port, queue, err);

    if (rc)
        return rc;
    if (protocol_code(tuple->protocol) < 0 || priority > 7)
        return ixd_fail(err, -EINVAL, "%s: protocol %u, priority %u: expected 6, 17, 132 or 0, and "
                        "0..7", port->bus->name, tuple->protocol, priority);
    if (i == IXD_TUPLES_MAX)
        return ixd_fail(err, -ENOSPC, "%s: all %d 5-tuple filters are in use", port->bus->name,
                        IXD_TUPLES_MAX);
    port->steer.tuple[i] = (struct ixd_steer_tuple){*tuple, priority, queue};
    port->steer.tuples++;
    write_tuple(port, i);
    return 0;
}

int ixd_steer_clear(struct ixd_port *port, struct ixd_error *err)
{
    struct ixd_fdir_entry *entries = port->steer.fdir;

    memset(&port->steer, 0, sizeof(port->steer));
    port->steer.fdir = entries;
    return ixd_steer_apply(port, err);
}

int ixd_steer_apply(struct ixd_port *port, struct ixd_error *err)
{
    for (unsigned i = 0; i < IXD_ETHERTYPES_MAX; i++) {
        if (i < port->steer.ethertypes)
            write_ethertype(port, i);
        else
            ixd_reg_write(port, IXD_AT(ETQF, i), 0);
    }
    for (unsigned i = 0; i < IXD_TUPLES_MAX; i++) {
        if (i < port->steer.tuples)
            write_tuple(port, i);
        else
            ixd_reg_write(port, IXD_AT(FTQF, i), 0);
    }
    ixd_reg_write(port, IXD_SYNQF, port->steer.syn);
    return ixd_fdir_apply(port, err);
}
