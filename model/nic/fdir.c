/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Flow director, the table: see fdir.h. A bucket is a list in the order in which its filters were
 * added. Filters are numbered; links hold number + 1. Commands are done at once [I-39].
 */
#include "model/nic/fdir.h"

#include "model/nic/nic_priv.h"
#include "model/nic/rss.h"

enum {
    PERFECT_K = 10, /* PBALLOC p: 2 to the power of 10 + p perfect filters, less 2 */
    SIGNATURES_FOR_ONE = 4, /* in the memory of a perfect one */
    SPARE = 2,
    SIGNATURE = 0x7fff,
    FULL_UNIT = 16, /* of FDIRCTRL.FULL_THRESH, filters */
};

static void show_free(struct nic *n)
{
    const struct nic_fdir *f = &n->st->fdir;

    n->st->reg[R_FDIRFREE] = f->capacity - f->used;
}

static void clear(struct nic *n)
{
    struct nic_fdir *f = &n->st->fdir;

    if (f->top)
        memset(f->bucket, 0, sizeof f->bucket);
    f->used = f->top = f->free = 0;
    n->st->reg[R_FDIRLEN] = 0;
    show_free(n);
}

void nic_fdir_reset(struct nic *n)
{
    n->st->fdir.capacity = 0;
    n->st->fdir.perfect = 0;
    clear(n);
}

void nic_fdirctrl_write(struct nic *n, uint32_t index, uint32_t value)
{
    struct nic_fdir *f = &n->st->fdir;
    uint32_t fdirctrl = nic_reg_store(n, R_FDIRCTRL, 0, value) & ~(uint32_t)FDIRCTRL_INIT_DONE;
    uint32_t pballoc = fdirctrl & FDIRCTRL_PBALLOC;

    f->perfect = fdirctrl & FDIRCTRL_PERFECT ? 1 : 0;
    f->capacity = 0;
    if (pballoc) {
        uint32_t filters = 1u << (PERFECT_K + pballoc);
        f->capacity = (f->perfect ? filters : filters * SIGNATURES_FOR_ONE) - SPARE;
        fdirctrl |= FDIRCTRL_INIT_DONE;
    }
    n->st->reg[R_FDIRCTRL] = fdirctrl;
    clear(n);
}

/* There are as many buckets as filters, so a larger table takes more bits of the hash [I-105]. */
static uint32_t bucket_of(const struct nic_fdir *f, uint32_t hash)
{
    return f->capacity ? hash & (f->capacity + SPARE - 1) : 0;
}

/* ---- counters: fields of a register that stick at their greatest value ---- */
static void count(struct nic *n, uint32_t reg, uint32_t shift, uint32_t most)
{
    if ((n->st->reg[reg] >> shift & most) < most)
        n->st->reg[reg] += 1u << shift;
}

/* ---- the lists ---- */

/* The link that leads to the filter with this id, or the last one, which is 0. */
static uint16_t *link_by_id(struct nic_fdir *f, uint32_t bucket, uint32_t id, uint32_t *before)
{
    uint16_t *link = &f->bucket[bucket];

    for (*before = 0; *link && f->filter[*link - 1].id != id; ++*before)
        link = &f->filter[*link - 1].next;
    return link;
}

static uint16_t *link_by_key(struct nic_fdir *f, uint32_t bucket, const struct nic_fdir_key *key,
                             uint32_t *before)
{
    uint16_t *link = &f->bucket[bucket];

    for (*before = 0; *link && memcmp(&f->key[*link - 1], key, sizeof *key) != 0; ++*before)
        link = &f->filter[*link - 1].next;
    return link;
}

/* Number + 1 of a free filter; 0: none. */
static uint16_t take(struct nic_fdir *f)
{
    uint16_t one = f->free;

    if (f->used >= f->capacity)
        return 0;
    if (one)
        f->free = f->filter[one - 1].next;
    else
        one = (uint16_t)++f->top;
    f->used++;
    return one;
}

static void note_length(struct nic *n, uint32_t bucket, uint32_t length)
{
    uint32_t longest = n->st->reg[R_FDIRLEN] & FDIRLEN_MAXLEN;

    if (length > FDIRLEN_MAXLEN)
        length = FDIRLEN_MAXLEN;
    if (length > longest)
        n->st->reg[R_FDIRLEN] = length | bucket << FDIRLEN_MAXHASH_SHIFT;
}

/* ---- commands ---- */

static void warn_when_full(struct nic *n)
{
    const struct nic_fdir *f = &n->st->fdir;
    uint32_t least = (n->st->reg[R_FDIRCTRL] >> FDIRCTRL_FULL_SHIFT) * FULL_UNIT;

    if (f->capacity - f->used == least)
        nic_irq_cause(n, EICR_FLOW_DIRECTOR);
}

static void add(struct nic *n, uint32_t bucket, uint32_t id, uint32_t fdircmd)
{
    struct nic_fdir *f = &n->st->fdir;
    struct nic_fdir_key key;
    uint32_t before;
    uint16_t *link;

    if (f->perfect) {
        nic_flow_of_registers(n, fdircmd, &key);
        link = link_by_key(f, bucket, &key, &before);
    } else {
        link = link_by_id(f, bucket, id, &before);
    }
    uint16_t one = *link ? *link : take(f);
    if (!one || (*link && !(fdircmd & FDIRCMD_UPDATE))) {
        count(n, R_FDIRFSTAT, 0, 0xff);
        return;
    }
    struct nic_fdir_filter *filter = &f->filter[one - 1];
    bool is_new = !*link;
    if (is_new) {
        *link = one;
        filter->next = 0;
        filter->bucket = (uint16_t)bucket;
        if (f->perfect)
            f->key[one - 1] = key;
        note_length(n, bucket, before + 1);
        count(n, R_FDIRUSTAT, 0, 0xffff);
    }
    filter->id = (uint16_t)id;
    filter->queue = (uint8_t)((fdircmd & FDIRCMD_QUEUE) >> FDIRCMD_QUEUE_SHIFT);
    filter->flags = (uint8_t)((fdircmd & FDIRCMD_QUEUE_EN ? FDIR_HAS_QUEUE : 0) |
                              (fdircmd & FDIRCMD_DROP ? FDIR_DROPS : 0) |
                              (fdircmd & FDIRCMD_INT ? FDIR_INTERRUPTS : 0));
    show_free(n);
    if (is_new)
        warn_when_full(n);
}

static void remove_filter(struct nic *n, uint32_t bucket, uint32_t id)
{
    struct nic_fdir *f = &n->st->fdir;
    uint32_t before;
    uint16_t *link = link_by_id(f, bucket, id, &before), one = *link;

    if (!one) {
        count(n, R_FDIRFSTAT, 8, 0xff);
        return;
    }
    *link = f->filter[one - 1].next;
    f->filter[one - 1].next = f->free;
    f->free = one;
    f->used--;
    count(n, R_FDIRUSTAT, 16, 0xffff);
    show_free(n);
}

/* What FDIRCMD says of the filter that FDIRHASH names. */
static uint32_t query(struct nic_fdir *f, uint32_t bucket, uint32_t id)
{
    uint32_t before;
    uint16_t one = *link_by_id(f, bucket, id, &before);

    if (!one)
        return 0;
    const struct nic_fdir_filter *filter = &f->filter[one - 1];
    return FDIRCMD_VALID | (uint32_t)filter->queue << FDIRCMD_QUEUE_SHIFT |
           (filter->flags & FDIR_HAS_QUEUE ? FDIRCMD_QUEUE_EN : 0) |
           (filter->flags & FDIR_DROPS ? FDIRCMD_DROP : 0) |
           (filter->flags & FDIR_INTERRUPTS ? FDIRCMD_INT : 0);
}

void nic_fdircmd_write(struct nic *n, uint32_t index, uint32_t value)
{
    struct nic_fdir *f = &n->st->fdir;
    uint32_t fdirhash = n->st->reg[R_FDIRHASH];
    uint32_t bucket = bucket_of(f, fdirhash);
    uint32_t id = fdirhash >> FDIRHASH_ID_SHIFT & SIGNATURE;
    uint32_t result = value & ~(uint32_t)(FDIRCMD_CMD | FDIRCMD_VALID);

    if (value & FDIRCMD_CLEARHT)
        clear(n);
    switch (value & FDIRCMD_CMD) {
    case FDIRCMD_ADD:
        add(n, bucket, id, value);
        break;
    case FDIRCMD_REMOVE:
        remove_filter(n, bucket, id);
        break;
    case FDIRCMD_QUERY:
        result = query(f, bucket, id);
        break;
    default:
        break;
    }
    nic_reg_store(n, R_FDIRCMD, 0, result);
}

/* ---- a frame ---- */

static const struct nic_fdir_filter *look_up(struct nic_fdir *f, const struct nic_flow *flow,
                                             uint32_t bucket, uint32_t signature,
                                             uint32_t *before)
{
    uint16_t one = f->bucket[bucket];

    for (*before = 0; one; ++*before) {
        const struct nic_fdir_filter *filter = &f->filter[one - 1];
        if (f->perfect ? nic_flow_matches(flow, &f->key[one - 1]) : filter->id == signature)
            return filter;
        one = filter->next;
    }
    return NULL;
}

/* In place of the RSS hash: which filter it was. */
static void report(struct nic_rx_meta *meta, uint32_t bucket, uint32_t id)
{
    meta->rss_type = RSS_FLOW_DIRECTOR;
    meta->hash = id | bucket << 16;
}

int nic_fdir_match(struct nic *n, const uint8_t *frame, uint32_t length,
                   const struct nic_headers *h, uint32_t pool, struct nic_rx_meta *meta)
{
    struct nic_fdir *f = &n->st->fdir;
    uint32_t fdirctrl = n->st->reg[R_FDIRCTRL], bucket, signature = 0, before;
    struct nic_flow flow;

    if (!h->l3 || !f->capacity)
        return -1;
    nic_flow_of_frame(n, frame, length, h, pool, &flow);
    bucket = bucket_of(f, nic_flow_hash(&flow, n->st->reg[R_FDIRHKEY]));
    if (!f->perfect)
        signature = nic_flow_hash(&flow, n->st->reg[R_FDIRSKEY]) & SIGNATURE;
    const struct nic_fdir_filter *filter = look_up(f, &flow, bucket, signature, &before);
    if (!filter) {
        count(n, R_FDIRMISS, 0, UINT32_MAX);
        if (fdirctrl & FDIRCTRL_REPORT_ALWAYS)
            report(meta, bucket, signature);
        return -1;
    }
    count(n, R_FDIRMATCH, 0, UINT32_MAX);
    meta->status |= RXD_STAT_FLM;
    if (filter->flags & FDIR_INTERRUPTS)
        meta->status |= RXD_STAT_LLINT;
    uint32_t longest = (fdirctrl & FDIRCTRL_MAXLEN) >> FDIRCTRL_MAXLEN_SHIFT;
    if (longest && before >= longest)
        meta->status |= RXD_ERR_FDIR_LENGTH;
    if (fdirctrl & (FDIRCTRL_REPORT | FDIRCTRL_REPORT_ALWAYS))
        report(meta, bucket, filter->id);
    if (filter->flags & FDIR_DROPS) {
        meta->status |= RXD_ERR_FDIR_DROP;
        return (int)((fdirctrl & FDIRCTRL_DROPQ) >> FDIRCTRL_DROPQ_SHIFT);
    }
    return filter->flags & FDIR_HAS_QUEUE ? filter->queue : -1;
}

/* ---- loaded state ---- */

/* Follows a list; false when it leads out of the table or is longer than what may be left. */
static bool list_valid(const struct nic_fdir *f, uint16_t one, uint32_t *left)
{
    for (; one; one = f->filter[one - 1].next) {
        if (one > f->top || *left == 0 || f->filter[one - 1].queue > 127)
            return false;
        --*left;
    }
    return true;
}

bool nic_fdir_valid(const struct nic_fdir *f)
{
    uint32_t most = f->perfect ? NIC_FDIR_PERFECTS : NIC_FDIR_SIGNATURES, left = f->top;

    if (f->perfect > 1 || f->capacity > most - SPARE || f->top > f->capacity ||
        f->used > f->top || !list_valid(f, f->free, &left) || left != f->used)
        return false;
    for (uint32_t i = 0; i < NIC_FDIR_BUCKETS; i++)
        if (!list_valid(f, f->bucket[i], &left))
            return false;
    return left == 0;
}
