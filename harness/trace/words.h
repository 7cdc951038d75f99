/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Event fields that are one of a few things, in words: "reason filter" instead of "reason 4".
 */
#ifndef RINGSIDE_HARNESS_WORDS_H
#define RINGSIDE_HARNESS_WORDS_H

#include <stdint.h>

/* The word for `value` in field `field` of event `event`; NULL: it is a plain number. */
const char *rs_event_word(const char *event, const char *field, uint64_t value);

#endif
