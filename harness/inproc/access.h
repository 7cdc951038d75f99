/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the machine does to its bench: every call of the in-process host into it goes through here,
 * at the host's present time, and into the stimulus when one is wanted (model/record/stimulus.h).
 * The other direction, what the bench asks, is host.c's.
 */
#ifndef RINGSIDE_INPROC_ACCESS_H
#define RINGSIDE_INPROC_ACCESS_H

#include "harness/inproc/host.h"

/* As the functions of bench.h of the same names. */
uint64_t inproc_mmio_read(struct inproc_host *h, uint16_t function, unsigned bar, uint32_t offset,
                          unsigned size, uint64_t *value);
uint64_t inproc_mmio_write(struct inproc_host *h, uint16_t function, unsigned bar, uint32_t offset,
                           unsigned size, uint64_t value);
uint32_t inproc_config_read(struct inproc_host *h, uint16_t function, uint32_t offset,
                            unsigned size);
void inproc_config_write(struct inproc_host *h, uint16_t function, uint32_t offset, unsigned size,
                         uint32_t value);
void inproc_reset(struct inproc_host *h, uint16_t function, enum nic_reset_kind kind);
void inproc_control_write(struct inproc_host *h, uint32_t offset, uint32_t value);
/* The bench catches up with the host, then forgets what it has cached of the range. */
void inproc_invalidate(struct inproc_host *h, uint16_t function, uint64_t address,
                       uint64_t length);
/* The end of a stimulus: up to where the bench has come, and the hash of all that happened. */
void inproc_record_end(struct inproc_host *h, const struct bench_report *report);

#endif
