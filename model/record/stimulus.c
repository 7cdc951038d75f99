/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The stimulus file, read: see stimulus.h. Each kind of record has a place of its own in the file,
 * so that neither is ever held in memory. What a record means is the reader's host's business; here
 * it is whether it can be one.
 */
#include "model/record/stimulus.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include "xxhash.h"

#include "model/record/record_priv.h"

_Static_assert(sizeof(struct rec_stimulus_header) == 32, "as documented");
_Static_assert(sizeof(struct rec_stimulus) == 48, "as documented");

struct cursor { /* of one kind of records */
    FILE *file;
    uint64_t records;  /* read, of either kind */
    uint64_t given;
    uint64_t time_vns; /* of the latest */
    bool ended;
    uint8_t data[REC_STIMULUS_BYTES_MAX];
};

struct rec_stimulus_file {
    struct cursor cursor[2]; /* what was done, what was answered */
    char path[1024];
};

uint64_t rec_content(const void *data, size_t bytes)
{
    return XXH3_64bits(data, bytes);
}

/* ---- one record ---- */
static const struct kind {
    const char *name;
    uint16_t data_max;
    bool sized; /* an access of 1, 2, 4 or 8 bytes */
} kinds[REC_KINDS] = {
    [REC_MMIO_READ] = {"register read", 0, true},
    [REC_MMIO_WRITE] = {"register write", 0, true},
    [REC_CONFIG_READ] = {"configuration read", 0, true},
    [REC_CONFIG_WRITE] = {"configuration write", 0, true},
    [REC_CONTROL_READ] = {"control device read", 0, false},
    [REC_CONTROL_WRITE] = {"control device write", 0, false},
    [REC_RESET] = {"reset", 0, false},
    [REC_INVALIDATE] = {"invalidation", 0, false},
    [REC_FRAME_IN] = {"frame", NIC_FRAME_MAX, false},
    [REC_ADVANCE] = {"advance", 0, false},
    [REC_END] = {"end", 0, false},
    [REC_DMA_READ] = {"DMA read", NIC_READ_MAX, false},
    [REC_DMA_WRITE] = {"DMA write", 0, false},
    [REC_TRANSLATE] = {"translation", 0, false},
};

static int damaged(const struct rec_stimulus_file *f, const struct cursor *c, char *why,
                   size_t why_bytes, const char *what, uint64_t value, const char *expected)
{
    return rec_fail(why, why_bytes, EPROTO,
                    "%s: record %" PRIu64 ": %s is %" PRIu64 ", expected %s: the file is damaged; "
                    "make it again with ringside run --stimulus",
                    f->path, c->records, what, value, expected);
}

static bool is_size(unsigned size)
{
    return size == 1 || size == 2 || size == 4 || size == 8;
}

static int check(const struct rec_stimulus_file *f, struct cursor *c,
                 const struct rec_stimulus *s, char *why, size_t why_bytes)
{
    if (!s->kind || s->kind >= REC_KINDS)
        return damaged(f, c, why, why_bytes, "kind", s->kind, "1 to 14");
    const struct kind *k = &kinds[s->kind];
    if (s->unused || s->unused_2)
        return damaged(f, c, why, why_bytes, "an unused field", s->unused | s->unused_2, "0");
    if (s->length > k->data_max)
        return damaged(f, c, why, why_bytes, "length", s->length,
                       k->data_max ? "no more than a frame or a read may have" : "0");
    if (k->sized && !is_size(s->size))
        return damaged(f, c, why, why_bytes, "size of the access", s->size, "1, 2, 4 or 8");
    if (s->kind == REC_RESET && s->detail > NIC_RESET_SW)
        return damaged(f, c, why, why_bytes, "kind of reset", s->detail, "0 to 4");
    if (rec_stimulus_is_answer(s) && s->detail > NIC_DMA_ABORT)
        return damaged(f, c, why, why_bytes, "status", s->detail, "0 to 2");
    if (rec_stimulus_is_answer(s) && s->size > 1)
        return damaged(f, c, why, why_bytes, "flag", s->size, "0 or 1");
    if (!rec_stimulus_is_answer(s) && s->time_vns < c->time_vns)
        return damaged(f, c, why, why_bytes, "time", s->time_vns, "not to go backwards");
    if (!rec_stimulus_is_answer(s))
        c->time_vns = s->time_vns;
    return 0;
}

static int cut_off(const struct rec_stimulus_file *f, const struct cursor *c, char *why,
                   size_t why_bytes)
{
    if (ferror(c->file))
        return rec_fail(why, why_bytes, EIO, "%s: cannot be read: %s", f->path, strerror(errno));
    return rec_fail(why, why_bytes, EPROTO,
                    "%s: ends after %" PRIu64 " records without saying so: it is cut off, or its "
                    "run did not end; make it again with ringside run --stimulus",
                    f->path, c->records);
}

/* Whole, and its bytes in c->data. 0, 1 at the end, or -errno. */
static int read_one(struct rec_stimulus_file *f, struct cursor *c, struct rec_stimulus *s,
                    char *why, size_t why_bytes)
{
    if (c->ended)
        return 1;
    if (fread(s, sizeof(*s), 1, c->file) != 1)
        return cut_off(f, c, why, why_bytes);
    int err = check(f, c, s, why, why_bytes);
    if (err)
        return err;
    size_t padded = (s->length + 7u) & ~7u;
    if (padded && fread(c->data, padded, 1, c->file) != 1)
        return cut_off(f, c, why, why_bytes);
    c->records++;
    if (s->kind == REC_END) {
        c->ended = true;
        if (fgetc(c->file) != EOF)
            return damaged(f, c, why, why_bytes, "what follows the end", 1, "nothing");
    }
    return 0;
}

int rec_stimulus_next(struct rec_stimulus_file *f, bool answer, struct rec_stimulus *record,
                      const uint8_t **data, char *why, size_t why_bytes)
{
    struct cursor *c = &f->cursor[answer];
    int err;
    do {
        err = read_one(f, c, record, why, why_bytes);
        if (err)
            return err < 0 ? err : 0;
    } while (rec_stimulus_is_answer(record) != answer);
    c->given++;
    *data = c->data;
    return 1;
}

uint64_t rec_stimulus_count(const struct rec_stimulus_file *f, bool answer)
{
    return f->cursor[answer].given;
}

/* ---- the file ---- */
static int check_header(const struct rec_stimulus_file *f, const struct rec_stimulus_header *h,
                        const void *plan, size_t plan_bytes, char *why, size_t why_bytes)
{
    if (memcmp(h->magic, REC_STIMULUS_MAGIC, sizeof(h->magic)))
        return rec_fail(why, why_bytes, EPROTO,
                        "%s: not a stimulus: it does not begin with RSSTIMU", f->path);
    if (h->version != REC_STIMULUS_VERSION || h->record_bytes != sizeof(struct rec_stimulus) ||
        h->schema != TRACE_SCHEMA_VERSION)
        return rec_fail(why, why_bytes, EPROTO,
                        "%s: version %u, records of %u bytes, trace schema %u; expected %u, %zu, "
                        "%u: make it again with ringside run --stimulus", f->path, h->version,
                        h->record_bytes, h->schema, REC_STIMULUS_VERSION,
                        sizeof(struct rec_stimulus), TRACE_SCHEMA_VERSION);
    if (plan && h->plan_hash != XXH64(plan, plan_bytes, 0))
        return rec_fail(why, why_bytes, EPROTO,
                        "%s: made with another plan (or timing file): give the plan.bin that lies "
                        "beside it", f->path);
    return 0;
}

int rec_stimulus_open(struct rec_stimulus_file **out, const char *path, const void *plan,
                      size_t plan_bytes, char *why, size_t why_bytes)
{
    struct rec_stimulus_file *f = calloc(1, sizeof(*f));
    *out = NULL;
    if (!f)
        return rec_fail(why, why_bytes, ENOMEM, "no memory");
    snprintf(f->path, sizeof(f->path), "%s", path);
    int err = 0;
    for (unsigned i = 0; i < 2 && !err; i++) {
        struct rec_stimulus_header h;
        f->cursor[i].file = fopen(path, "rb");
        if (!f->cursor[i].file)
            err = rec_fail(why, why_bytes, errno, "%s: %s", path, strerror(errno));
        else if (fread(&h, sizeof(h), 1, f->cursor[i].file) != 1)
            err = rec_fail(why, why_bytes, EPROTO,
                           "%s: shorter than the header of a stimulus (%zu bytes)", path,
                           sizeof(h));
        else
            err = check_header(f, &h, plan, plan_bytes, why, why_bytes);
    }
    if (err) {
        rec_stimulus_close(f);
        return err;
    }
    *out = f;
    return 0;
}

void rec_stimulus_close(struct rec_stimulus_file *f)
{
    if (!f)
        return;
    for (unsigned i = 0; i < 2; i++)
        if (f->cursor[i].file)
            fclose(f->cursor[i].file);
    free(f);
}
