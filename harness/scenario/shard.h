/* SPDX-License-Identifier: BSD-2-Clause
 *
 * --shard i/n: one of n parts of a selection, for n machines. The same cases fall into the same
 * parts everywhere, every case into one of them, and no part is longer than another by more than
 * one case.
 */
#ifndef RINGSIDE_HARNESS_SHARD_H
#define RINGSIDE_HARNESS_SHARD_H

#include <glib.h>
#include <stdbool.h>

struct rs_shard {
    unsigned index, count; /* part `index` (from 1) of `count`; count 0: everything */
};

enum { RS_SHARDS_MAX = 10000 };

/* "2/3". False: it is not of that form, or not within 1/1..n/n. */
bool rs_shard_parse(const char *text, struct rs_shard *shard);

/* Removes the other parts from an array of struct rs_selected; the order stays. */
void rs_shard_apply(const struct rs_shard *shard, GArray *cases);

#endif
