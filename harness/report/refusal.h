/* SPDX-License-Identifier: BSD-2-Clause
 *
 * DMA accesses that were refused, in words: what, where, why. One place for all reports.
 */
#ifndef RINGSIDE_HARNESS_REFUSAL_H
#define RINGSIDE_HARNESS_REFUSAL_H

#include "model/bench/report.h"

/* What kind of access it was: "read of transmit descriptors"; why it was refused: "nothing is
 * mapped there". Never NULL, whatever the report holds. */
const char *rs_refusal_access(const struct report_refusal *refusal);
const char *rs_refusal_reason(const struct report_refusal *refusal);

#endif
