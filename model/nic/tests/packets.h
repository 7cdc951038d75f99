/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packets for the tests of transmit offloads, and a second opinion on them: headers are written and
 * read, and sums computed, byte by byte from the protocols' definitions. Shares nothing with the
 * model's own sums.
 */
#ifndef RINGSIDE_NIC_TESTS_PACKETS_H
#define RINGSIDE_NIC_TESTS_PACKETS_H

#include "model/nic/tests/queues.h"

/* ---- sums ---- */
static inline uint32_t ref_add(uint32_t sum, const uint8_t *p, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}
static inline uint32_t ref_word(uint32_t sum, uint32_t word)
{
    uint8_t p[2] = {(uint8_t)(word >> 8), (uint8_t)word};
    return ref_add(sum, p, 2);
}
static inline uint32_t ref_crc32c(const uint8_t *p, uint32_t length)
{
    uint32_t crc = 0xffffffff;

    for (uint32_t i = 0; i < length; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
    }
    return ~crc;
}
static inline void be16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static inline void be32(uint8_t *p, uint32_t v)
{
    be16(p, v >> 16);
    be16(p + 2, v);
}
static inline uint32_t rd16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}
static inline uint32_t rd32(const uint8_t *p)
{
    return rd16(p) << 16 | rd16(p + 2);
}

/* ---- what a packet is made of ---- */
enum { TCP = 6, UDP = 17, SCTP = 132 };
struct packet {
    uint32_t version;  /* 4 or 6 */
    uint32_t proto;
    uint32_t options;  /* bytes of IPv4 options */
    uint32_t tcp_options;
    uint32_t payload;
    uint32_t outer;    /* bytes of outer IP, UDP, VXLAN and inner Ethernet: 50 or 0 */
};

static inline uint32_t mac_bytes(const struct packet *k)
{
    return 14;
}
/* From the outermost IP header to the transport header: what IPLEN says. */
static inline uint32_t ip_bytes(const struct packet *k)
{
    return k->outer + (k->version == 4 ? 20 + k->options : 40);
}
static inline uint32_t l4_bytes(const struct packet *k)
{
    return k->proto == TCP ? 20 + k->tcp_options : k->proto == UDP ? 8 : 12;
}
static inline uint32_t header_bytes(const struct packet *k)
{
    return mac_bytes(k) + ip_bytes(k) + l4_bytes(k);
}
static inline uint32_t sum_at(uint32_t proto)
{
    return proto == TCP ? 16 : proto == UDP ? 6 : 8;
}

/* Sum of the pseudo header; length 0: as for segmentation. `ip` is the innermost header. */
static inline uint32_t pseudo(const uint8_t *ip, uint32_t proto, uint32_t length)
{
    bool four = ip[0] >> 4 == 4;
    uint32_t sum = ref_add(0, ip + (four ? 12 : 8), four ? 8 : 32);

    return ref_word(ref_word(sum, proto), length);
}

static inline void write_ip(uint8_t *ip, uint32_t version, uint32_t options, uint32_t proto,
                            uint32_t length)
{
    if (version == 4) {
        memset(ip, 1, 20 + options); /* options: NOPs */
        ip[0] = (uint8_t)(0x40 | (20 + options) / 4);
        ip[1] = 0;
        be16(ip + 2, 20 + options + length);
        be16(ip + 4, 0xfffe); /* wraps within a few segments */
        be16(ip + 6, 0x4000);
        ip[8] = 64;
        ip[9] = (uint8_t)proto;
        be16(ip + 10, 0);
        be32(ip + 12, 0x0a000001);
        be32(ip + 16, 0xc0a8fe02);
    } else {
        memset(ip, 0x3c, 40);
        ip[0] = 0x60;
        be16(ip + 4, length);
        ip[6] = (uint8_t)proto;
    }
}

/* Writes it to `f` as a driver hands it over: pseudo header's sum in the checksum field, with the
 * L4 length unless `tso`. Returns its length. */
static inline uint32_t write_packet(uint8_t *f, const struct packet *k, uint32_t seed, bool tso)
{
    uint8_t *ip = f + 14 + k->outer, *l4 = f + 14 + ip_bytes(k);
    uint32_t segment = l4_bytes(k) + k->payload, length = header_bytes(k) + k->payload;

    make_frame(f, length, station, seed);
    if (k->outer) { /* IPv4, UDP without checksum, VXLAN, Ethernet */
        write_ip(f + 14, 4, 0, UDP, length - 14 - 20);
        memset(f + 34, 0x11, 16);
        be16(f + 40, 0);
        make_frame(f + 50, 14, station, 3);
        be16(f + 50 + 12, k->version == 4 ? 0x0800 : 0x86dd);
    }
    be16(f + 12, k->outer || k->version == 4 ? 0x0800 : 0x86dd);
    write_ip(ip, k->version, k->options, k->proto, segment);
    memset(l4, 0x21, l4_bytes(k));
    if (k->proto == TCP) {
        be32(l4 + 4, 0xfffffff0); /* the sequence number wraps */
        be16(l4 + 12, (5 + k->tcp_options / 4) << 12 | 0xfff);
        be16(l4 + 18, 0);
    } else if (k->proto == UDP) {
        be16(l4 + 4, segment);
    }
    if (k->proto != SCTP)
        be16(l4 + sum_at(k->proto), pseudo(ip, k->proto, tso ? 0 : segment));
    return length;
}

/* Is the checksum of this TCP, UDP or SCTP segment right? */
static inline bool l4_good(const uint8_t *ip, const uint8_t *l4, uint32_t proto, uint32_t length)
{
    uint8_t copy[NIC_FRAME_MAX];

    if (proto != SCTP)
        return ref_add(pseudo(ip, proto, length), l4, length) == 0xffff;
    memcpy(copy, l4, length);
    memset(copy + 8, 0, 4);
    uint32_t crc = ref_crc32c(copy, length);
    return l4[8] == (uint8_t)crc && l4[9] == (uint8_t)(crc >> 8) &&
           l4[10] == (uint8_t)(crc >> 16) && l4[11] == (uint8_t)(crc >> 24);
}
static inline bool ip_good(const uint8_t *ip)
{
    return ref_add(0, ip, (ip[0] & 15u) * 4) == 0xffff;
}

/* ---- descriptors ---- */
enum {
    T_IC = 1 << 26, T_VLE = 1 << 30, P_IXSM = 1 << 8, P_TXSM = 1 << 9, C_IPV4 = 1 << 10,
    L4T_UDP = 0, L4T_TCP = 1, L4T_SCTP = 2, L4T_NONE = 3, C_FCOE = 1 << 15,
};
#define T_TSE (1u << 31)

struct context {
    uint32_t idx, mac, ip, l4, l4t, flags, mss, vlan;
};
static inline void tx_context(struct fake_host *h, uint32_t q, uint32_t slot,
                              const struct context *c)
{
    put64(h, tx_ring(q) + 16 * slot, c->ip | c->mac << 9 | (uint64_t)c->vlan << 16);
    put64(h, tx_ring(q) + 16 * slot + 8,
          T_DEXT | T_CONTEXT | c->l4t << 11 | c->flags |
              (uint64_t)(c->idx << 4 | c->l4 << 8 | c->mss << 16) << 32);
}
static inline struct context context_of(const struct packet *k)
{
    return (struct context){
        .mac = mac_bytes(k), .ip = ip_bytes(k), .l4 = l4_bytes(k),
        .l4t = k->proto == TCP ? L4T_TCP : k->proto == UDP ? L4T_UDP : L4T_SCTP,
    };
}
/* A data descriptor; PAYLEN as given. */
static inline void tx_data(struct fake_host *h, uint32_t q, uint32_t slot, uint64_t address,
                           uint32_t length, uint32_t command, uint32_t popts, uint32_t paylen)
{
    put64(h, tx_ring(q) + 16 * slot, address);
    put64(h, tx_ring(q) + 16 * slot + 8,
          length | command | (uint64_t)(popts | paylen << 14) << 32);
}

#endif
