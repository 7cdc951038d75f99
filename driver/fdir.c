/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The flow director: one queue for one flow, thousands of them. The driver computes the hash by
 * which the device finds a filter; fields other than addresses, ports and protocol are masked out,
 * and in perfect mode IPv6 destinations: such a filter holds one address. What was added is kept,
 * so that a reset can write it again: see ixd_fdir_apply().
 */
#include "driver/filter.h"

#include "driver/ixd_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    DROP_QUEUE = 127,
    FLEX_WORDS = 6,   /* not looked at; the drivers of this device all say 6 */
    BUCKET_LENGTH = 10,
    FULL_THRESHOLD = 4,
    ID_MAX = 0x7fff,
    HASH_SIGNATURE = 0x7fff,
    HASH_PERFECT = 0x1fff,
    L4_UDP = 1,
    L4_TCP = 2,
    L4_SCTP = 3,
    TYPE_IP6 = 4,
};
static const uint32_t bucket_key = 0x3dad14e2, signature_key = 0x174d3614;

/* 0: the flow director does not know this protocol. */
static unsigned l4_type(unsigned protocol)
{
    switch (protocol) {
    case 6: return L4_TCP;
    case 17: return L4_UDP;
    case 132: return L4_SCTP;
    default: return 0;
    }
}

static uint32_t turn(uint32_t key, unsigned n, uint32_t low, uint32_t high)
{
    return (key >> n & 1 ? low >> n : 0) ^ (key >> (n + 16) & 1 ? high >> n : 0);
}

/* The device's hash over a flow, with everything masked that this driver masks. */
uint32_t ixd_fdir_hash(const struct ixd_fdir_flow *flow, uint32_t key)
{
    /* between pool and VLAN, which are 0 */
    uint32_t type = (l4_type(flow->protocol) | (flow->ip6 ? TYPE_IP6 : 0u)) << 16;
    uint32_t high = (uint32_t)flow->source_port << 16 | flow->destination_port, low, hash;

    for (unsigned i = 0; i < 4; i++)
        high ^= flow->source[i] ^ flow->destination[i];
    low = high >> 16 | high << 16;
    high ^= type ^ type >> 16;
    hash = turn(key, 0, low, high);
    low ^= type ^ type << 16;
    for (unsigned n = 1; n < 16; n++)
        hash ^= turn(key, n, low, high);
    return hash & 0xffff;
}

static int wait_for(struct ixd_port *port, uint32_t reg, uint32_t mask, uint32_t want,
                    const char *meaning, struct ixd_error *err)
{
    const struct ixd_reg_wait wait = {
        .offset = reg, .mask = mask, .want = want, .timeout_us = 10000, .step_us = 10,
        .meaning = meaning,
    };

    return ixd_reg_wait(port, &wait, err);
}

/* What a perfect filter compares. */
static void write_flow(struct ixd_port *port, const struct ixd_fdir_flow *flow)
{
    if (flow->ip6) {
        for (unsigned i = 0; i < 3; i++)
            ixd_reg_write(port, IXD_AT(FDIRSIPV6, i), htonl(flow->source[i]));
        ixd_reg_write(port, IXD_FDIRIPSA, htonl(flow->source[3]));
    } else {
        ixd_reg_write(port, IXD_FDIRIPSA, htonl(flow->source[0]));
        ixd_reg_write(port, IXD_FDIRIPDA, htonl(flow->destination[0]));
    }
    ixd_reg_write(port, IXD_FDIRPORT, flow->source_port | (uint32_t)flow->destination_port << 16);
    ixd_reg_write(port, IXD_FDIRVLAN, 0);
}

static int add(struct ixd_port *port, const struct ixd_fdir_entry *e, struct ixd_error *err)
{
    bool perfect = port->steer.fdir_mode == IXD_FDIR_PERFECT, drop = e->queue == IXD_FDIR_DROP;
    uint32_t hash = ixd_fdir_hash(&e->flow, bucket_key), id = e->id;

    hash &= perfect ? HASH_PERFECT : HASH_SIGNATURE;
    if (perfect)
        write_flow(port, &e->flow);
    else
        id = ixd_fdir_hash(&e->flow, signature_key) & ID_MAX;
    ixd_reg_write(port, IXD_FDIRHASH, hash | id << 16);
    ixd_reg_write(port, IXD_FDIRCMD,
                  IXD_FDIRCMD_ADD | IXD_FDIRCMD_UPDATE | IXD_FDIRCMD_LAST | IXD_FDIRCMD_QUEUE_EN |
                      IXD_FDIRCMD_L4TYPE(l4_type(e->flow.protocol)) |
                      (e->flow.ip6 ? IXD_FDIRCMD_IP6 : 0) |
                      (drop ? IXD_FDIRCMD_DROP | IXD_FDIRCMD_QUEUE(DROP_QUEUE)
                            : IXD_FDIRCMD_QUEUE(e->queue)));
    return wait_for(port, IXD_FDIRCMD, IXD_FDIRCMD_CMD, 0,
                    "the flow director's command to be done", err);
}

int ixd_fdir_apply(struct ixd_port *port, struct ixd_error *err)
{
    bool perfect = port->steer.fdir_mode == IXD_FDIR_PERFECT;
    int rc;

    if (port->steer.fdir_mode == IXD_FDIR_OFF) {
        ixd_reg_write(port, IXD_FDIRCTRL, 0);
        return 0;
    }
    ixd_reg_write(port, IXD_FDIRHKEY, bucket_key);
    ixd_reg_write(port, IXD_FDIRSKEY, signature_key);
    ixd_reg_write(port, IXD_FDIRM,
                  IXD_FDIRM_VLAN | IXD_FDIRM_POOL | IXD_FDIRM_FLEX |
                      (perfect ? IXD_FDIRM_DIP6 : 0));
    ixd_reg_write(port, IXD_FDIRIP6M, 0);
    ixd_reg_write(port, IXD_FDIRSIP4M, 0);
    ixd_reg_write(port, IXD_FDIRDIP4M, 0);
    ixd_reg_write(port, IXD_FDIRTCPM, 0);
    ixd_reg_write(port, IXD_FDIRUDPM, 0);
    ixd_reg_write(port, IXD_FDIRCTRL,
                  IXD_FDIRCTRL_64K | (perfect ? IXD_FDIRCTRL_PERFECT | IXD_FDIRCTRL_REPORT : 0) |
                      IXD_FDIRCTRL_DROPQ(DROP_QUEUE) | IXD_FDIRCTRL_FLEX(FLEX_WORDS) |
                      IXD_FDIRCTRL_MAXLEN(BUCKET_LENGTH) | IXD_FDIRCTRL_FULL(FULL_THRESHOLD));
    rc = wait_for(port, IXD_FDIRCTRL, IXD_FDIRCTRL_INIT_DONE, IXD_FDIRCTRL_INIT_DONE,
                  "the flow director's table to be ready", err);
    for (unsigned i = 0; rc == 0 && i < port->steer.fdirs; i++)
        rc = add(port, &port->steer.fdir[i], err);
    return rc;
}

static int check(struct ixd_port *port, enum ixd_fdir_mode mode, const struct ixd_fdir_flow *flow,
                 unsigned id, unsigned queue, struct ixd_error *err)
{
    static const uint32_t any[4];
    bool drop = queue == IXD_FDIR_DROP && mode == IXD_FDIR_PERFECT;

    if (drop && port->config.rx_queues > DROP_QUEUE)
        return ixd_fail(err, -EINVAL, "%s: a flow to be dropped: expected at most %d receive "
                        "queues, one is for frames to be dropped", port->bus->name, DROP_QUEUE);
    if (port->steer.fdirs && mode != port->steer.fdir_mode)
        return ixd_fail(err, -EINVAL, "%s: flows of both modes: expected perfect or signature for "
                        "all", port->bus->name);
    if (!l4_type(flow->protocol) || id > ID_MAX)
        return ixd_fail(err, -EINVAL, "%s: flow of protocol %u, id %u: expected 6, 17 or 132, and "
                        "0..%d", port->bus->name, flow->protocol, id, ID_MAX);
    if (flow->ip6 && mode == IXD_FDIR_PERFECT &&
        memcmp(flow->destination, any, sizeof(any)) != 0)
        return ixd_fail(err, -EINVAL, "%s: an IPv6 flow with two addresses: a perfect filter has "
                        "room for its source, expected any destination", port->bus->name);
    if (port->steer.fdirs == IXD_FDIR_MAX)
        return ixd_fail(err, -ENOSPC, "%s: all %d flows are in use", port->bus->name,
                        IXD_FDIR_MAX);
    return drop ? 0 : ixd_steer_check_queue(port, queue, err);
}

static int add_flow(struct ixd_port *port, enum ixd_fdir_mode mode,
                    const struct ixd_fdir_flow *flow, unsigned id, unsigned queue,
                    struct ixd_error *err)
{
    int rc = check(port, mode, flow, id, queue, err);
    bool first = port->steer.fdir_mode != mode;

    if (rc)
        return rc;
    if (!port->steer.fdir)
        port->steer.fdir = calloc(IXD_FDIR_MAX, sizeof(*port->steer.fdir));
    if (!port->steer.fdir)
        return ixd_fail(err, -ENOMEM, "%s: no memory for flows", port->bus->name);
    port->steer.fdir_mode = mode;
    port->steer.fdir[port->steer.fdirs++] = (struct ixd_fdir_entry){*flow, id, queue};
    return first ? ixd_fdir_apply(port, err)
                 : add(port, &port->steer.fdir[port->steer.fdirs - 1], err);
}

int ixd_fdir_add(struct ixd_port *port, enum ixd_fdir_mode mode, const struct ixd_tuple *flow,
                 unsigned id, unsigned queue, struct ixd_error *err)
{
    const struct ixd_fdir_flow all = {
        .source = {flow->source}, .destination = {flow->destination},
        .source_port = flow->source_port, .destination_port = flow->destination_port,
        .protocol = flow->protocol,
    };

    return add_flow(port, mode, &all, id, queue, err);
}

static void words_of(uint32_t word[4], const uint8_t address[16])
{
    memcpy(word, address, 16);
    for (unsigned i = 0; i < 4; i++)
        word[i] = ntohl(word[i]);
}

int ixd_fdir_add6(struct ixd_port *port, enum ixd_fdir_mode mode, const struct ixd_tuple6 *flow,
                  unsigned id, unsigned queue, struct ixd_error *err)
{
    struct ixd_fdir_flow all = {
        .source_port = flow->source_port, .destination_port = flow->destination_port,
        .protocol = flow->protocol, .ip6 = true,
    };

    words_of(all.source, flow->source);
    words_of(all.destination, flow->destination);
    return add_flow(port, mode, &all, id, queue, err);
}
