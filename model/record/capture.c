/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The wire in pcapng: one interface per port, stamps in ns of model time since power-on, a comment
 * with flow and sequence, the packet number, and whether the frame went into the NIC or came out
 * of it (docs/formats/capture.md). Knows the file format, nothing of runs.
 */
#include <string.h>

#include "model/record/record_priv.h"

enum {
    BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6,
    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
    LINK_ETHERNET = 1, OPT_COMMENT = 1, OPT_IF_NAME = 2, OPT_IF_TSRESOL = 9, OPT_USERAPPL = 4,
    OPT_EPB_FLAGS = 2, OPT_EPB_PACKETID = 5,
    FLAG_INBOUND = 1, FLAG_OUTBOUND = 2, FLAG_CRC_ERROR = 1 << 24,
};

/* A block is put together here, so that it reaches the file in one piece. */
struct block {
    uint8_t data[NIC_FRAME_MAX + 512];
    size_t bytes;
};

static void put(struct block *b, const void *data, size_t bytes)
{
    memcpy(b->data + b->bytes, data, bytes);
    b->bytes += bytes;
}
static void put_u16(struct block *b, uint16_t v)
{
    put(b, &v, sizeof(v));
}
static void put_u32(struct block *b, uint32_t v)
{
    put(b, &v, sizeof(v));
}
static void pad(struct block *b)
{
    static const uint8_t zero[4];
    put(b, zero, (4 - b->bytes % 4) % 4);
}

static void begin(struct block *b, uint32_t type)
{
    b->bytes = 0;
    put_u32(b, type);
    put_u32(b, 0); /* length: end() knows */
}

static void option(struct block *b, uint16_t code, const void *value, size_t bytes)
{
    put_u16(b, code);
    put_u16(b, (uint16_t)bytes);
    put(b, value, bytes);
    pad(b);
}

static int end(struct block *b, FILE *out)
{
    put_u32(b, 0); /* end of options */
    uint32_t total = (uint32_t)b->bytes + 4;
    put_u32(b, total);
    memcpy(b->data + 4, &total, sizeof(total));
    return fwrite(b->data, 1, b->bytes, out) == b->bytes ? 0 : -1;
}

int rec_capture_head(FILE *out, const struct plan_header *plan)
{
    struct block b;
    static const char application[] = "ringside";
    int64_t unknown = -1;
    begin(&b, BLOCK_SECTION);
    put_u32(&b, BYTE_ORDER_MAGIC);
    put_u16(&b, 1);
    put_u16(&b, 0);
    put(&b, &unknown, sizeof(unknown));
    option(&b, OPT_USERAPPL, application, sizeof(application) - 1);
    if (plan->name[0])
        option(&b, OPT_COMMENT, plan->name, strlen(plan->name));
    int err = end(&b, out);
    for (uint32_t port = 0; port < plan->ports.count && !err; port++) {
        char name[16];
        uint8_t nanoseconds = 9;
        int length = snprintf(name, sizeof(name), "port%u", port);
        begin(&b, BLOCK_INTERFACE);
        put_u16(&b, LINK_ETHERNET);
        put_u16(&b, 0);
        put_u32(&b, 0); /* no snap length */
        option(&b, OPT_IF_NAME, name, (size_t)length);
        option(&b, OPT_IF_TSRESOL, &nanoseconds, 1);
        err = end(&b, out);
    }
    return err;
}

int rec_capture_frame(FILE *out, const struct plan_header *plan, uint64_t packet, uint8_t port,
                      bool outward, uint64_t time_ps, const uint8_t *frame, uint32_t length,
                      bool good_fcs, uint64_t flow, uint64_t sequence)
{
    const struct plan_flow *flows = (const void *)((const uint8_t *)plan + plan->flows.offset);
    uint64_t ns = time_ps / 1000;
    uint32_t flags = (outward ? FLAG_OUTBOUND : FLAG_INBOUND) | (good_fcs ? 0 : FLAG_CRC_ERROR);
    struct block b;
    if (length > NIC_FRAME_MAX)
        return 0;
    begin(&b, BLOCK_PACKET);
    put_u32(&b, port);
    put_u32(&b, (uint32_t)(ns >> 32));
    put_u32(&b, (uint32_t)ns);
    put_u32(&b, length);
    put_u32(&b, length);
    put(&b, frame, length);
    pad(&b);
    if (flow < plan->flows.count) {
        char text[96];
        int bytes = snprintf(text, sizeof(text), "flow %s seq %llu", flows[flow].name,
                             (unsigned long long)sequence);
        option(&b, OPT_COMMENT, text, (size_t)bytes);
    }
    option(&b, OPT_EPB_FLAGS, &flags, sizeof(flags));
    option(&b, OPT_EPB_PACKETID, &packet, sizeof(packet));
    return end(&b, out);
}
