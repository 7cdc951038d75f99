/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The profile driver's loop, and its arguments. See profile.h.
 */
#include "harness/inproc/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    BUFFER_BYTES = 2048,
    HOLD_VNS = 100000, /* of the CPU's time: frames are not held for longer */
};

/* ---- arguments ---- */

static uint32_t *field(struct profile_config *config, const char *name, size_t length)
{
    static const struct {
        const char *name;
        size_t offset;
    } fields[] = {
#define FIELD(field, name) {name, offsetof(struct profile_config, field)},
        PROFILE_NUMBERS(FIELD)
#undef FIELD
    };

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strlen(fields[i].name) == length && !strncmp(fields[i].name, name, length))
            return (uint32_t *)((char *)config + fields[i].offset);
    return NULL;
}

static int check(const struct profile_config *c, struct ixd_error *err)
{
    const uint32_t ring[] = {c->rx_ring, c->tx_ring};

    for (unsigned i = 0; i < 2; i++)
        if (ring[i] < 8 || ring[i] > 8192 || ring[i] % 8)
            return ixd_fail(err, -EINVAL, "a ring of %u: expected 8..8192, a multiple of 8",
                            ring[i]);
    if (c->batch < 1 || c->batch > PROFILE_BATCH_MAX)
        return ixd_fail(err, -EINVAL, "a batch of %u: expected 1..%u", c->batch, PROFILE_BATCH_MAX);
    if (c->tx_clean < 1 || c->tx_clean >= c->tx_ring || c->tx_report < 1 ||
        (c->tx_clean % c->tx_report && c->tx_report % c->tx_clean))
        return ixd_fail(err, -EINVAL,
                        "clean %u, report %u: expected 1..%u, and one a multiple of the other",
                        c->tx_clean, c->tx_report, c->tx_ring - 1);
    if (c->tx_report > c->tx_clean)
        return ixd_fail(err, -EINVAL, "clean %u: nothing tells when %u are done with report %u",
                        c->tx_clean, c->tx_clean, c->tx_report);
    if (c->rx_buffer < 1 || c->rx_buffer > 512 || c->tx_buffer < 1 || c->tx_buffer > 160)
        return ixd_fail(err, -EINVAL, "packet buffers of %u and %u KB: there are 512 and 160",
                        c->rx_buffer, c->tx_buffer);
    if (c->tx_hold > PROFILE_BATCH_MAX)
        return ixd_fail(err, -EINVAL, "%u frames held: expected %u at most", c->tx_hold,
                        PROFILE_BATCH_MAX);
    if (!c->empty_cost)
        return ixd_fail(err, -EINVAL, "a poll that costs nothing would go on for ever");
    if (c->mode == PROFILE_FORWARD && c->ports < PROFILE_PORTS)
        return ixd_fail(err, -EINVAL, "to forward takes 2 ports, there are %u", c->ports);
    if (c->buffers < c->ports * (c->rx_ring + c->tx_ring + c->tx_hold) + c->batch)
        return ixd_fail(err, -EINVAL, "%u buffers: expected %u or more, for all rings and a batch",
                        c->buffers, c->ports * (c->rx_ring + c->tx_ring) + c->batch);
    return 0;
}

int profile_parse(struct profile_config *config, int argc, char **argv, struct ixd_error *err)
{
    memset(config, 0, sizeof *config);
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--port") && i + 1 < argc && config->ports < PROFILE_PORTS) {
            config->port[config->ports++] = argv[++i];
            continue;
        }
        const char *equals = strchr(argv[i], '=');
        uint32_t *to = equals ? field(config, argv[i], (size_t)(equals - argv[i])) : NULL;
        char *end = NULL;
        unsigned long value = equals ? strtoul(equals + 1, &end, 10) : 0;

        if (!to || *end || end == equals + 1 || value > UINT32_MAX / 16)
            return ixd_fail(err, -EINVAL, "'%s' is no argument of the profile driver", argv[i]);
        *to = (uint32_t)value;
    }
    return check(config, err);
}

/* ---- life ---- */

int profile_init(struct profile *p, struct inproc_host *host, struct ixd_error *err)
{
    const uint32_t buffers = p->config.buffers;
    struct ixd_bus *bus = &p->port[0].sim.bus;
    struct ixd_dma dma;
    int rc = bus->ops->dma_alloc(bus, (size_t)buffers * BUFFER_BYTES,
                                 IXD_DMA_DEVICE_READS | IXD_DMA_DEVICE_WRITES, &dma, err);

    p->host = host;
    if (rc)
        return rc;
    p->memory = dma.virt;
    p->iova = dma.iova;
    p->home = calloc(buffers, sizeof *p->home);
    if (!p->home)
        return ixd_fail(err, -ENOMEM, "no memory for %u buffers", buffers);
    for (uint32_t i = 0; i < buffers; i++)
        p->home[p->home_count++] = buffers - 1 - i;
    for (unsigned i = 0; i < p->config.ports && !rc; i++)
        rc = profile_port_init(p, &p->port[i], err);
    return rc;
}

void profile_fini(struct profile *p)
{
    for (unsigned i = 0; i < p->config.ports; i++)
        profile_port_fini(&p->port[i]);
    free(p->home);
}

/* ---- the loop ---- */

/* What finds no room is dropped. */
static void pass_on(struct profile *p, struct profile_port *to, const uint32_t *buffer,
                    const uint16_t *bytes, unsigned count)
{
    unsigned sent = profile_transmit(p, to, buffer, bytes, count);

    p->forwarded += sent;
    p->not_sent += count - sent;
    while (sent < count)
        p->home[p->home_count++] = buffer[sent++];
}

static void pass_held(struct profile *p, struct profile_port *to)
{
    pass_on(p, to, to->held, to->held_bytes, to->held_count);
    to->held_count = 0;
}

/* Until there are enough for a doorbell; flush() sees to those that wait for too long. */
static void hold(struct profile *p, struct profile_port *to, const uint32_t *buffer,
                 const uint16_t *bytes, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (!to->held_count)
            to->held_vns = p->host->now_vns;
        to->held[to->held_count] = buffer[i];
        to->held_bytes[to->held_count] = bytes[i];
        if (++to->held_count == p->config.tx_hold)
            pass_held(p, to);
    }
}

static void flush(struct profile *p, struct profile_port *to)
{
    if (to->held_count && p->host->now_vns - to->held_vns > HOLD_VNS)
        pass_held(p, to);
}

static void forward(struct profile *p, struct profile_port *from, struct profile_port *to)
{
    uint32_t buffer[PROFILE_BATCH_MAX];
    uint16_t bytes[PROFILE_BATCH_MAX];
    unsigned count = profile_receive(p, from, buffer, bytes);

    flush(p, to);
    if (!count)
        return;
    profile_work(p, (uint64_t)p->config.app_packet_cost * count);
    if (p->config.tx_hold > 1)
        hold(p, to, buffer, bytes, count);
    else
        pass_on(p, to, buffer, bytes, count);
}

/* Frames of its own: broadcast, of an experimental ethertype. */
static void send(struct profile *p, struct profile_port *port)
{
    uint32_t buffer[PROFILE_BATCH_MAX];
    uint16_t bytes[PROFILE_BATCH_MAX];
    unsigned count = 0, sent;

    uint64_t left = p->config.frames ? p->config.frames - p->forwarded : UINT64_MAX;

    for (; count < p->config.batch && count < left && p->home_count; count++) {
        buffer[count] = p->home[--p->home_count];
        bytes[count] = (uint16_t)p->config.frame;
        uint8_t *frame = p->memory + (size_t)buffer[count] * BUFFER_BYTES;
        memset(frame, 0xff, 6);
        frame[6] = 2;
        frame[12] = 0x88;
        frame[13] = 0xb5;
    }
    if (!count) {
        profile_work(p, p->config.empty_cost);
        return;
    }
    profile_work(p, (uint64_t)p->config.app_packet_cost * count);
    sent = profile_transmit(p, port, buffer, bytes, count);
    p->forwarded += sent;
    while (count > sent)
        p->home[p->home_count++] = buffer[--count];
}

static bool links_up(struct profile *p)
{
    bool up = true;

    for (unsigned i = 0; i < p->config.ports; i++)
        up = ixd_link_read(&p->port[i].device).up && up;
    profile_work(p, p->config.empty_cost + 1000);
    return up;
}

void profile_step(struct profile *p)
{
    if (!p->ready) {
        p->ready = links_up(p);
        return;
    }
    if (p->config.mode == PROFILE_SEND) {
        for (unsigned i = 0; i < p->config.ports; i++)
            send(p, &p->port[i]);
        return;
    }
    forward(p, &p->port[0], &p->port[1]);
    forward(p, &p->port[1], &p->port[0]);
}
