/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Event fields that are one of a few things, in words: "reason filter" instead of "reason 4".
 */
#ifndef RINGSIDE_HARNESS_WORDS_H
#define RINGSIDE_HARNESS_WORDS_H

#include <stdint.h>

/* The word for `value` in field `field` of event `event`; NULL: it is a plain number. */
const char *rs_event_word(const char *event, const char *field, uint64_t value);

/* The card's own counter of frames that were dropped for this reason (enum nic_rx_drop); NULL: it
 * has none. */
const char *rs_rx_drop_counter(uint64_t reason);

#endif
