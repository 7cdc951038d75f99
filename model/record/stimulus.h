/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The stimulus of a run: all that crossed the border between host and bench, in order, so that
 * another host can do it again without the machine it came from (docs/formats/stimulus.md). Two
 * kinds of records share the file: what a host did to the bench, and what it answered when the
 * bench asked. Whoever does it again goes through both, each at its own pace: a host is free in
 * when it lets the bench work, so that only the order within a kind is the same in every host.
 *
 * Records also say what came of them (the value of a register, the hash of what was written to
 * memory), so that the first thing that differs is found, and not the ten thousandth.
 *
 * A file may come from a stranger: nothing in it is believed.
 */
#ifndef RINGSIDE_STIMULUS_H
#define RINGSIDE_STIMULUS_H

#include "model/record/record.h"

#define REC_STIMULUS_MAGIC "RSSTIMU\1"
enum { REC_STIMULUS_VERSION = 1 };

struct rec_stimulus_header {
    char magic[8];
    uint32_t version;      /* REC_STIMULUS_VERSION */
    uint32_t record_bytes; /* sizeof(struct rec_stimulus) */
    uint32_t schema;       /* TRACE_SCHEMA_VERSION: what the hash at the end is of */
    uint32_t ports;
    uint64_t plan_hash; /* XXH64 of the plan, seed 0, as in a trace */
};

enum rec_stimulus_kind {
    /* done to the bench: time says when */
    REC_MMIO_READ = 1, /* detail = BAR, offset, size; value, result = stall */
    REC_MMIO_WRITE,    /* the same */
    REC_CONFIG_READ,   /* offset, size; value */
    REC_CONFIG_WRITE,
    REC_CONTROL_READ, /* offset; value */
    REC_CONTROL_WRITE,
    REC_RESET,      /* detail = enum nic_reset_kind */
    REC_INVALIDATE, /* address, value = length */
    REC_FRAME_IN,   /* detail = port; the bytes */
    REC_ADVANCE,    /* the bench was told the time, and nothing else */
    REC_END,        /* address = events; value, result = hash of the trace */
    /* answers of the host */
    REC_DMA_READ,  /* detail = status, offset = tag, size = physical; address; the bytes */
    REC_DMA_WRITE, /* the same, without bytes; value = rec_content() of them, result = length */
    REC_TRANSLATE, /* detail = status, size = enum bench_access_kind, offset = enum
                      report_refused; address, value = physical, result = page */
    REC_KINDS,
};

struct rec_stimulus {
    uint8_t kind; /* enum rec_stimulus_kind */
    uint8_t size, detail;
    uint8_t unused; /* 0 */
    uint16_t function;
    uint16_t length; /* of the bytes behind the record, which take a multiple of 8 */
    uint32_t offset;
    uint32_t unused_2; /* 0 */
    uint64_t time_vns; /* virtual clock; 0 in an answer */
    uint64_t address, value, result;
};
enum { REC_STIMULUS_BYTES_MAX = NIC_FRAME_MAX };

static inline bool rec_stimulus_is_answer(const struct rec_stimulus *s)
{
    return s->kind >= REC_DMA_READ;
}
/* What a record says of bytes that it does not hold. */
uint64_t rec_content(const void *data, size_t bytes);

/* ---- writing: rec_paths.stimulus ---- */
bool rec_wants_stimulus(const struct rec *r);
void rec_stimulus(struct rec *r, const struct rec_stimulus *record, const void *data);

/* ---- reading ---- */
struct rec_stimulus_file;

/* A file of another version, plan or schema is refused: 0 or -errno with a sentence. plan: of
 * plan_bytes, NULL: any. */
int rec_stimulus_open(struct rec_stimulus_file **out, const char *path, const void *plan,
                      size_t plan_bytes, char *why, size_t why_bytes);
/* The next record of its kind: an answer, or something done. *data is good until the next call for
 * that kind. 1: here it is; 0: there is none (after REC_END: nothing more is done); or -errno with
 * a sentence: damaged, cut off. */
int rec_stimulus_next(struct rec_stimulus_file *f, bool answer, struct rec_stimulus *record,
                      const uint8_t **data, char *why, size_t why_bytes);
/* How many records of this kind rec_stimulus_next() has given. */
uint64_t rec_stimulus_count(const struct rec_stimulus_file *f, bool answer);
void rec_stimulus_close(struct rec_stimulus_file *f);

#endif
