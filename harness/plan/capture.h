/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A capture file of somebody else, pcap or pcapng, read whole: Ethernet frames and when they came.
 * Believes nothing in it. Wraps libpcap, the only file that includes it.
 */
#ifndef RINGSIDE_HARNESS_CAPTURE_H
#define RINGSIDE_HARNESS_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture_frame {
    uint64_t stamp_ps; /* since the first frame; never before the frame ahead of it */
    size_t offset;     /* in bytes */
    uint32_t length;   /* without FCS */
};

struct capture {
    struct capture_frame *frame;
    size_t count; /* at least 1 */
    uint8_t *bytes;
    size_t byte_count;
    size_t backwards; /* first frame, from 1, that was stamped before its predecessor; 0: none */
};

/* 0, or -EINVAL with a sentence that names file and frame (from 1, as Wireshark counts). */
int rs_capture_read(const char *path, struct capture *out, char *why, size_t why_bytes);
void rs_capture_fini(struct capture *c);

#endif
