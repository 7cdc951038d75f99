/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is remembered of frames so that none has to be made twice. Of each flow the frame that it
 * sent last: the next one differs in a few words. Of the frames on their way the hash, or all of a
 * short one: one that comes back the same came back as it was sent. None of this is state of the
 * machine: what is forgotten is made again, with the same outcome.
 */
#ifndef RINGSIDE_BENCH_FRAME_MEMO_H
#define RINGSIDE_BENCH_FRAME_MEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "model/bench/plan.h"

struct bench;

enum {
    MEMO_BYTES = 2048,  /* longest frame of which the last one is kept */
    MEMO_FRAMES = 1024, /* on their way, of all flows */
    MEMO_SHORT = 64,    /* a frame this long is kept whole: to compare it costs less than a hash */
};

struct stamp {
    uint64_t time_ps; /* SFD at the pins, since GO */
    uint32_t sequence;
    uint16_t flow;
};

struct frame_last {
    uint64_t ip_sum, l4_sum; /* of all that does not change */
    uint32_t length;         /* 0: none */
    uint8_t bytes[MEMO_BYTES];
};

struct frame_sent {
    uint64_t hash;
    uint32_t length; /* 0: none */
    struct stamp stamp;
    uint8_t bytes[MEMO_SHORT];
};

struct frame_memo {
    struct frame_last last[PLAN_FLOWS_MAX];
    struct frame_sent sent[MEMO_FRAMES];
};

/* As frame_build(); the frame is good until the flow's next one, or until one is looked for. */
const uint8_t *memo_frame(struct bench *b, const struct stamp *stamp, uint32_t length);
/* A frame that memo_frame() made goes onto the wire as it is. */
void memo_sent(struct bench *b, const struct stamp *stamp, const uint8_t *frame, uint32_t length,
               uint64_t hash);
/* What this frame certainly was sent as; NULL: not known. *hash is filled in anyway. */
const struct frame_sent *memo_known(struct bench *b, const uint8_t *frame, uint32_t length,
                                    uint64_t *hash);

#endif
