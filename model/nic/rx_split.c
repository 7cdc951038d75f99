/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Header split: a queue whose SRRCTL.DESCTYPE has two buffers per descriptor gets a frame's headers
 * in the one and the rest in the other. Where the headers end, PSRTYPE and the frame say; the frame
 * is parsed again here, so that queues without it pay nothing.
 */
#include "model/nic/nic_priv.h"
#include "model/nic/parse.h"
#include "model/nic/rx.h"

enum {
    ETH_BYTES = 14,
    UDP_BYTES = 8,
    TCP_OFFSET_AT = 12,
    HEADER_UNIT = 64,
};

/* Bytes of the frame up to the end of the innermost header that PSRTYPE knows; 0: of none. */
static uint32_t header_length(const struct nic *n, uint32_t queue, const uint8_t *frame,
                              uint32_t length)
{
    uint32_t pool = nic_rx_pools_on(n) ? nic_rx_pool_of(n, queue) : 0;
    uint32_t psr = n->st->reg[R_PSRTYPE + pool], end;
    struct nic_headers h;

    nic_parse(frame, length, nic_tags(n), &h);
    if (h.l4 && h.ptype & PTYPE_TCP && psr & PSRTYPE_TCP) {
        end = h.l4 + (frame[h.l4 + TCP_OFFSET_AT] >> 4) * 4u;
        if (end <= h.l3_end)
            return end;
    }
    if (h.l4 && h.ptype & PTYPE_UDP && psr & PSRTYPE_UDP)
        return h.l4 + UDP_BYTES;
    if (h.l3 && psr & (h.ptype & PTYPE_IPV4 ? PSRTYPE_IPV4 : PSRTYPE_IPV6) &&
        (uint32_t)h.l3 + h.l3_length <= length)
        return (uint32_t)h.l3 + h.l3_length;
    return psr & PSRTYPE_L2 ? ETH_BYTES + (h.tagged + h.outer) * NIC_TAG_BYTES : 0;
}

/* [I-94] */
struct nic_rx_split nic_rx_split(const struct nic *n, uint32_t queue, const uint8_t *frame,
                                 uint32_t length)
{
    uint32_t srrctl = n->st->reg[R_SRRCTL + queue];
    uint32_t room = (srrctl & SRRCTL_BSIZEHEADER) / SRRCTL_BSIZEHEADER_UNIT * HEADER_UNIT;
    uint32_t header = header_length(n, queue, frame, length);
    uint32_t shown = header, least = length < room ? length : room;
    struct nic_rx_split s = {.sph = header != 0, .hbo = header > room};

    switch ((srrctl & SRRCTL_DESCTYPE) >> SRRCTL_DESCTYPE_SHIFT) {
    case NIC_RX_SPLIT:
        s.header = s.hbo ? 0 : header;
        s.skip = s.header;
        break;
    case NIC_RX_SPLIT_ALWAYS:
        s.header = header && !s.hbo ? header : least;
        s.skip = s.header;
        shown = header ? header : s.header;
        break;
    default: /* NIC_RX_REPLICATE_LARGE */
        if (length <= room) {
            s = (struct nic_rx_split){.header = length, .skip = length};
            shown = length;
            break;
        }
        s.header = header && !s.hbo ? header : room;
        shown = header ? header : room;
        break;
    }
    s.shown = shown > RXD_HEADER_LENGTH ? RXD_HEADER_LENGTH : shown;
    return s;
}
