/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of a driver profile (driver_profile.h): one row per key, as schema_keys.c has them for
 * scenarios.
 */
#include <glib.h>

#include "harness/scenario/driver_profile.h"

#define AT(type, field) .offset = offsetof(struct type, field)
#define KEYS(rows)      .keys = rows, .key_count = G_N_ELEMENTS(rows)
#define COUNT(field_, least, most)                                                                 \
    .type = SCHEMA_INTEGER, AT(profile_side, field_), .unit = UNIT_COUNT, .min = least, .max = most

/* One row per key. */
/* clang-format off */

#define RING                                                                                       \
    {.name = "ring", COUNT(ring, "8", "8192"), .required = true,                                   \
     .doc = "Descriptors; a multiple of 8."},                                                      \
    {.name = "pthresh", COUNT(pthresh, "0", "127"), .otherwise = "0",                              \
     .doc = "Prefetch threshold (RXDCTL, TXDCTL)."},                                               \
    {.name = "hthresh", COUNT(hthresh, "0", "127"), .otherwise = "0",                              \
     .doc = "Host threshold."},                                                                    \
    {.name = "wthresh", COUNT(wthresh, "0", "127"), .otherwise = "0",                              \
     .doc = "Write-back threshold."},                                                              \
    {.name = "instructions-per-burst", COUNT(burst_cost, "0", "100000"), .required = true,         \
     .doc = "What a burst with frames costs beside them, register writes left out."},              \
    {.name = "instructions-per-packet", COUNT(packet_cost, "0", "100000"), .required = true,       \
     .doc = "What each frame of it costs."}

static const struct schema_key rx_keys[] = {
    RING,
    {.name = "packet-buffer", .type = SCHEMA_INTEGER, AT(profile_side, packet_buffer),
     .unit = UNIT_BYTES, .min = "1KiB", .max = "512KiB", .otherwise = "512KiB",
     .doc = "How much of the card's packet buffer is used."},
    {.name = "refill", COUNT(refill, "0", "4096"), .otherwise = "0",
     .doc = "RDT is written when so many descriptors have a fresh buffer; 0: once per burst."},
    {.name = "instructions-per-drained-burst", COUNT(drained_cost, "0", "100000"),
     .otherwise = "0",
     .doc = "What a burst costs beside, in time of instructions, when it leaves the ring empty: "
            "the lines that it looked at are the card's to write next, and missed once more."},
};
static const struct schema_key tx_keys[] = {
    RING,
    {.name = "packet-buffer", .type = SCHEMA_INTEGER, AT(profile_side, packet_buffer),
     .unit = UNIT_BYTES, .min = "1KiB", .max = "160KiB", .otherwise = "160KiB",
     .doc = "How much of the card's packet buffer is used."},
    {.name = "report", COUNT(report, "1", "256"), .otherwise = "1",
     .doc = "Every so manyth descriptor has RS."},
    {.name = "instructions-per-clean", COUNT(clean_cost, "0", "100000"), .otherwise = "0",
     .doc = "What it costs for each buffer to bring it home, when they come."},
    {.name = "hold", COUNT(hold, "0", "256"), .otherwise = "0",
     .doc = "Frames are held until there are so many, for 100 us at most; 0: each burst is sent at "
            "once."},
    {.name = "clean", COUNT(clean, "1", "256"), .otherwise = "32",
     .doc = "Buffers come home so many at a time, once the last of them has been reported; a "
            "multiple of `report`."},
};
static const struct schema_object rx_object = {
    .name = "receive queue", .doc = "The receive queue of each port.",
    .bytes = sizeof(struct profile_side), KEYS(rx_keys),
};
static const struct schema_object tx_object = {
    .name = "transmit queue", .doc = "The transmit queue of each port.",
    .bytes = sizeof(struct profile_side), KEYS(tx_keys),
};

static const char *const mode_words[] = {"forward", "send", NULL};

static const struct schema_key profile_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(driver_profile, name), .required = true,
     .doc = "What the driver is called."},
    {.name = "why", .type = SCHEMA_TEXT, AT(driver_profile, why), .required = true,
     .doc = "One sentence: what it stands for."},
    {.name = "source", .type = SCHEMA_TEXT, AT(driver_profile, source),
     .doc = "Where its numbers come from."},
    {.name = "mode", .type = SCHEMA_WORD, AT(driver_profile, mode), .words = mode_words,
     .otherwise = "forward",
     .doc = "`forward`: between ports 0 and 1, both ways, one loop. `send`: frames of its own from "
            "every port, as fast as it can, nothing received."},
    {.name = "batch", .type = SCHEMA_INTEGER, AT(driver_profile, batch), .unit = UNIT_COUNT,
     .min = "1", .max = "256", .otherwise = "32", .doc = "Frames taken at a time."},
    {.name = "buffers", .type = SCHEMA_INTEGER, AT(driver_profile, buffers), .unit = UNIT_COUNT,
     .max = "131072", .otherwise = "4096",
     .doc = "Buffers of 2 KiB in the pool; the one that came home last is taken first. More when "
            "the rings need them."},
    {.name = "frame", .type = SCHEMA_INTEGER, AT(driver_profile, frame), .unit = UNIT_BYTES,
     .min = "60B", .max = "1514B", .otherwise = "60B",
     .doc = "Mode `send`: length of its frames, without FCS."},
    {.name = "drop-when-full", .type = SCHEMA_BOOL, AT(driver_profile, drop), .otherwise = "true",
     .doc = "DROP_EN: a full ring drops its frames instead of holding up the packet buffer."},
    {.name = "rx", .type = SCHEMA_OBJECT, AT(driver_profile, rx), .object = &rx_object,
     .required = true, .doc = "The receive queue of each port."},
    {.name = "tx", .type = SCHEMA_OBJECT, AT(driver_profile, tx), .object = &tx_object,
     .required = true, .doc = "The transmit queue of each port."},
    {.name = "instructions-per-packet", .type = SCHEMA_INTEGER,
     AT(driver_profile, app_packet_cost), .unit = UNIT_COUNT, .max = "100000", .otherwise = "0",
     .doc = "What the application does with a frame, between receiving and sending."},
    {.name = "instructions-per-empty-poll", .type = SCHEMA_INTEGER,
     AT(driver_profile, empty_cost), .unit = UNIT_COUNT, .min = "1", .max = "100000",
     .otherwise = "20", .doc = "What a look at a ring without news costs."},
};
static const struct schema_object profile_object = {
    .name = "driver profile", .doc = "How a driver behaves at its rings: one YAML file.",
    .bytes = sizeof(struct driver_profile), KEYS(profile_keys),
};

/* clang-format on */

const struct schema_object *rs_schema_profile(void)
{
    return &profile_object;
}
