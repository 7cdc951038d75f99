/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness/inproc/access.h"

/* The bench has been told the time by what is recorded now. */
static void record(struct inproc_host *h, struct rec_stimulus s)
{
    s.time_vns = h->now_vns;
    h->advanced = false;
    rec_stimulus(h->rec, &s, NULL);
}

uint64_t inproc_mmio_read(struct inproc_host *h, uint16_t function, unsigned bar, uint32_t offset,
                          unsigned size, uint64_t *value)
{
    uint64_t stall = bench_mmio_read(h->bench, h->now_vns, function, bar, offset, size, value);
    if (h->records)
        record(h, (struct rec_stimulus){
                      .kind = REC_MMIO_READ, .function = function, .detail = (uint8_t)bar,
                      .size = (uint8_t)size, .offset = offset, .value = *value, .result = stall });
    return stall;
}

uint64_t inproc_mmio_write(struct inproc_host *h, uint16_t function, unsigned bar, uint32_t offset,
                           unsigned size, uint64_t value)
{
    uint64_t stall = bench_mmio_write(h->bench, h->now_vns, function, bar, offset, size, value);
    if (h->records)
        record(h, (struct rec_stimulus){
                      .kind = REC_MMIO_WRITE, .function = function, .detail = (uint8_t)bar,
                      .size = (uint8_t)size, .offset = offset, .value = value, .result = stall });
    return stall;
}

uint32_t inproc_config_read(struct inproc_host *h, uint16_t function, uint32_t offset,
                            unsigned size)
{
    uint32_t value = bench_config_read(h->bench, h->now_vns, function, offset, size);
    if (h->records)
        record(h, (struct rec_stimulus){ .kind = REC_CONFIG_READ, .function = function,
                                         .size = (uint8_t)size, .offset = offset,
                                         .value = value });
    return value;
}

void inproc_config_write(struct inproc_host *h, uint16_t function, uint32_t offset, unsigned size,
                         uint32_t value)
{
    bench_config_write(h->bench, h->now_vns, function, offset, size, value);
    if (h->records)
        record(h, (struct rec_stimulus){ .kind = REC_CONFIG_WRITE, .function = function,
                                         .size = (uint8_t)size, .offset = offset,
                                         .value = value });
}

void inproc_reset(struct inproc_host *h, uint16_t function, enum nic_reset_kind kind)
{
    bench_reset(h->bench, h->now_vns, function, kind);
    if (h->records)
        record(h, (struct rec_stimulus){ .kind = REC_RESET, .function = function,
                                         .detail = (uint8_t)kind });
}

void inproc_control_write(struct inproc_host *h, uint32_t offset, uint32_t value)
{
    bench_control_write(h->bench, h->now_vns, offset, value);
    if (h->records)
        record(h, (struct rec_stimulus){ .kind = REC_CONTROL_WRITE, .function = BENCH_CONTROL,
                                         .offset = offset, .value = value });
}

void inproc_invalidate(struct inproc_host *h, uint16_t function, uint64_t address, uint64_t length)
{
    bench_advance(h->bench, h->now_vns);
    bench_invalidate(h->bench, function, address, length);
    if (h->records)
        record(h, (struct rec_stimulus){ .kind = REC_INVALIDATE, .function = function,
                                         .address = address, .value = length });
}

void inproc_record_end(struct inproc_host *h, const struct bench_report *report)
{
    if (!h->records)
        return;
    if (h->advanced)
        record(h, (struct rec_stimulus){ .kind = REC_ADVANCE });
    record(h, (struct rec_stimulus){ .kind = REC_END, .address = report->events,
                                     .value = report->trace_hash[0],
                                     .result = report->trace_hash[1] });
}
