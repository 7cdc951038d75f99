/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which registers a driver touched, as stored traces tell: reads, writes and polls of every row of
 * the register table, and accesses where there is no register. Traces of several runs add up. It
 * does not know whose driver it was.
 */
#ifndef RINGSIDE_HARNESS_COVERAGE_H
#define RINGSIDE_HARNESS_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/trace/trace_file.h"

struct rs_touch {
    uint64_t reads, writes;
    uint64_t polls; /* reads right behind a read of the same register at the same port */
};

struct rs_coverage_hole {
    uint32_t offset; /* in BAR 0; BAR as in events above bit 27 */
    struct rs_touch touch;
};

struct rs_coverage {
    struct rs_touch *row; /* by register: rs_coverage_register() */
    struct rs_coverage_hole *hole; /* in order of offset */
    size_t holes;
    uint64_t unaligned; /* accesses that are not of a whole register */
};

enum rs_register_kind {
    RS_REGISTER_MODELLED,
    RS_REGISTER_STORAGE, /* kept and read back, or 0; nothing acts on it */
    RS_REGISTER_ALIAS,   /* a second address or range: counted under its register */
};

/* Rows of the table; what they are; NULL beyond the last. */
const char *rs_coverage_register(size_t row, enum rs_register_kind *kind);

struct rs_coverage *rs_coverage_new(void);
void rs_coverage_free(struct rs_coverage *coverage);

/* Adds the accesses of a trace. -EINVAL: it stores none (its level is below 2). */
int rs_coverage_add(struct rs_coverage *coverage, const struct rs_trace *trace);

#endif
