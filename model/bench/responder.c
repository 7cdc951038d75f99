/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The far end as a host on the network: answers ARP, neighbour solicitations and echo requests for
 * its addresses, and reflects whatever else comes, as far as the port's plan asks for it. It
 * answers when a frame has arrived whole, at once, and trusts no length in it.
 */
#include "model/bench/bench_priv.h"

enum {
    ETH = 14, ARP_BYTES = 28, IP4 = 20, IP6 = 40, ICMP = 8, NS_BYTES = 24, NA_BYTES = 32,
    ICMP_ECHO = 8, ICMP6_ECHO = 128, ICMP6_NS = 135, ICMP6_NA = 136, PROTO_ICMP = 1,
    PROTO_ICMP6 = 58,
};

static unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}
static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}
static void put_sum(uint8_t *p, uint16_t sum)
{
    memcpy(p, &sum, 2);
}

/* Back to where it came from, from the far end's own address. */
static void turn_link(const struct plan_port *p, uint8_t *f)
{
    memmove(f, f + 6, 6);
    memcpy(f + 6, p->mac, 6);
}

/* Each of these turns the frame in f into its answer and returns the answer's length, or 0. */
static uint32_t answer_arp(const struct plan_port *p, uint8_t *f, uint32_t length)
{
    static const uint8_t ether_ip4[6] = {0, 1, 8, 0, 6, 4};
    uint8_t *arp = f + ETH;
    if (length < ETH + ARP_BYTES || memcmp(arp, ether_ip4, 6) != 0 || get16(arp + 6) != 1 ||
        get32(arp + 24) != p->ip4)
        return 0;
    uint8_t wanted[4];
    turn_link(p, f);
    memcpy(wanted, arp + 24, 4);
    arp[7] = 2;
    memcpy(arp + 18, arp + 8, 10); /* the asker becomes the target */
    memcpy(arp + 8, p->mac, 6);
    memcpy(arp + 14, wanted, 4);
    return length;
}

static uint32_t answer_icmp(const struct plan_port *p, uint8_t *f, uint32_t length)
{
    uint8_t *ip = f + ETH, *icmp = ip + IP4;
    uint32_t total = get16(ip + 2);
    if (length < ETH + IP4 + ICMP || ip[0] != 0x45 || total < IP4 + ICMP ||
        total > length - ETH || ip[9] != PROTO_ICMP || (get16(ip + 6) & 0x3fff) ||
        get32(ip + 16) != p->ip4 || icmp[0] != ICMP_ECHO)
        return 0;
    uint8_t far[4];
    turn_link(p, f);
    memcpy(far, ip + 12, 4);
    memcpy(ip + 12, ip + 16, 4);
    memcpy(ip + 16, far, 4);
    ip[8] = 64;
    put_sum(ip + 10, 0);
    put_sum(ip + 10, frame_sum(ip, IP4, 0));
    icmp[0] = 0;
    put_sum(icmp + 2, 0);
    put_sum(icmp + 2, frame_sum(icmp, total - IP4, 0));
    return length;
}

static void sum_icmp6(uint8_t *ip, uint32_t bytes)
{
    uint64_t pseudo = (uint16_t)~frame_sum(ip + 8, 32, 0);
    pseudo += __builtin_bswap16((uint16_t)bytes) + (PROTO_ICMP6 << 8);
    put_sum(ip + IP6 + 2, 0);
    put_sum(ip + IP6 + 2, frame_sum(ip + IP6, bytes, pseudo));
}

static uint32_t answer_ns(const struct plan_port *p, uint8_t *f)
{
    uint8_t *ip = f + ETH, *icmp = ip + IP6;
    static const uint8_t nobody[16];
    if (memcmp(icmp + 8, p->ip6, 16) != 0 || memcmp(ip + 8, nobody, 16) == 0)
        return 0; /* not for us; or somebody probes for a duplicate of an address */
    turn_link(p, f);
    memcpy(ip + 24, ip + 8, 16);
    memcpy(ip + 8, p->ip6, 16);
    ip[4] = 0;
    ip[5] = NA_BYTES;
    ip[7] = 255;
    icmp[0] = ICMP6_NA;
    icmp[1] = 0;
    memset(icmp + 4, 0, 4);
    icmp[4] = 0x60; /* solicited, override */
    icmp[24] = 2;   /* option: target link-layer address, 8 bytes */
    icmp[25] = 1;
    memcpy(icmp + 26, p->mac, 6);
    sum_icmp6(ip, NA_BYTES);
    return ETH + IP6 + NA_BYTES;
}

static uint32_t answer_icmp6(const struct plan_port *p, uint8_t *f, uint32_t length,
                             unsigned *what)
{
    uint8_t *ip = f + ETH, *icmp = ip + IP6;
    uint32_t payload = get16(ip + 4);
    if (length < ETH + IP6 + ICMP || ip[0] >> 4 != 6 || ip[6] != PROTO_ICMP6 ||
        payload < ICMP || payload > length - ETH - IP6)
        return 0;
    if (icmp[0] == ICMP6_NS && payload >= NS_BYTES && p->respond & PLAN_RESPOND_ND) {
        *what = PLAN_RESPOND_ND;
        return answer_ns(p, f);
    }
    if (icmp[0] != ICMP6_ECHO || memcmp(ip + 24, p->ip6, 16) != 0 ||
        !(p->respond & PLAN_RESPOND_ICMP))
        return 0;
    *what = PLAN_RESPOND_ICMP;
    turn_link(p, f);
    memcpy(ip + 24, ip + 8, 16);
    memcpy(ip + 8, p->ip6, 16);
    ip[7] = 64;
    icmp[0] = ICMP6_ECHO + 1;
    sum_icmp6(ip, payload);
    return length;
}

static uint32_t answer(const struct plan_port *p, uint8_t *f, uint32_t length, unsigned *what)
{
    unsigned type = get16(f + 12);
    uint32_t bytes = 0;
    if (type == 0x0806 && p->respond & PLAN_RESPOND_ARP) {
        *what = PLAN_RESPOND_ARP;
        bytes = answer_arp(p, f, length);
    } else if (type == 0x0800 && p->respond & PLAN_RESPOND_ICMP) {
        *what = PLAN_RESPOND_ICMP;
        bytes = answer_icmp(p, f, length);
    } else if (type == 0x86dd) {
        bytes = answer_icmp6(p, f, length, what);
    }
    if (!bytes && p->respond & PLAN_RESPOND_REFLECT) {
        uint8_t mac[6];
        *what = PLAN_RESPOND_REFLECT;
        memcpy(mac, f, 6);
        memcpy(f, f + 6, 6);
        memcpy(f + 6, mac, 6);
        bytes = length;
    }
    return bytes;
}

bool responder_take(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length)
{
    const struct plan_port *p = &b->ports[port];
    unsigned what = 0;
    if (!p->respond || length < NIC_FRAME_MIN || length > NIC_FRAME_MAX)
        return false;
    memcpy(b->expected, frame, length);
    uint32_t bytes = answer(p, b->expected, length, &what);
    if (!bytes)
        return false;
    if (bytes < NIC_FRAME_MIN)
        bytes = NIC_FRAME_MIN;
    b->st->port[port].count.responses++;
    trace_emit(b, BENCH_EV_response, NIC_FUNCTION(port, 0), 0, what, bytes, 0);
    /* There and back over the cable; the answer follows the last bit, with its own preamble. */
    uint64_t byte = bench_time(b, TIMING_wire_byte);
    uint64_t at = bench_now(b) + 2ull * p->cable_ps + (8 + length + NIC_FCS_BYTES + 8) * byte;
    wire_enqueue(b, port, at, b->expected, bytes, true);
    return true;
}
