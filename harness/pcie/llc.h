/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The last-level cache as a device sees it: reads find a line or go to memory and leave nothing;
 * writes take a place in a few ways of each set (DDIO). Tags only; the oldest goes. What that
 * costs, and nothing of who asks.
 */
#ifndef RINGSIDE_HARNESS_LLC_H
#define RINGSIDE_HARNESS_LLC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LLC_LINE = 64 };

struct llc {
    uint64_t *tag, *used; /* sets x ways; tag 0: free */
    uint64_t sets, ways, ddio_ways, tick;
    uint64_t read_misses, write_misses;
};

/* bytes 0: everything is a hit. */
void rs_llc_init(struct llc *l, uint64_t bytes, uint64_t ways, uint64_t ddio_ways);
void rs_llc_fini(struct llc *l);
/* The CPU touches a line: it takes the oldest place of all. */
void rs_llc_touch(struct llc *l, uint64_t address);
/* Is it there? */
bool rs_llc_read(struct llc *l, uint64_t address);
/* Was it there? It is now. */
bool rs_llc_write(struct llc *l, uint64_t address);

#endif
