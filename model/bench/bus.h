/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the bench's files ask of its bus: PCIe links, register accesses, root complex, IOTLB. Comes
 * with bench_priv.h, whose state it works on, and is of no use without.
 */
#ifndef RINGSIDE_BENCH_BUS_H
#define RINGSIDE_BENCH_BUS_H

/* pcie.c, mmio.c */
void pcie_write(struct bench *b, uint16_t function, uint16_t tag, uint64_t address,
                const void *data, uint32_t length);
void pcie_deliver(struct bench *b, uint16_t function, const struct nic_delivery *delivery);
void pcie_message(struct bench *b, uint16_t function, uint64_t address, uint32_t data);
void pcie_intx(struct bench *b, uint16_t function, bool level);
uint32_t pcie_room(const struct bench *b, uint16_t function);
void pcie_fire(struct bench *b, const struct sched_event *e);
void pcie_land(struct bench *b, unsigned port);     /* its line: what is due */
void pcie_land_until(struct bench *b, unsigned port, uint64_t limit_ps);
/* The same before its time has come. */
static inline void pcie_land_due(struct bench *b, unsigned port)
{
    struct port_state *p = b->port[port];
    uint32_t at = nic_fifo_head(&p->posted);
    if (at != NIC_FIFO_NONE &&
        ((struct posted *)nic_fifo_at(p->posted_ring, at))->land_ps <= bench_now(b))
        pcie_land_until(b, port, bench_now(b));
}
void pcie_land_all(struct bench *b, unsigned port); /* in order, now, whenever they were due */
static inline uint64_t pcie_tlps(uint32_t bytes, uint64_t each)
{
    return (bytes + each - 1) / each;
}
/* A link is a server with a next-free time: when it has sent so many bytes more. */
static inline uint64_t pcie_serve(const struct bench *b, uint64_t *free_ps, uint64_t bytes)
{
    uint64_t ps = (bytes * bench_time(b, TIMING_pcie_byte) + 999) / 1000;
    return *free_ps = bench_max(*free_ps, bench_now(b)) + ps;
}
/* The same behind the device's own engine, which hands it over at from_ps. */
static inline uint64_t pcie_serve_from(const struct bench *b, uint64_t *free_ps, uint64_t from_ps,
                                       uint64_t bytes)
{
    uint64_t ps = (bytes * bench_time(b, TIMING_pcie_byte) + 999) / 1000;
    return *free_ps = bench_max(*free_ps, from_ps) + ps;
}
/* The NIC's DMA engine does one request for payload at a time. What is received goes first, for it
 * cannot be held up; what is to be sent gets the time that is left. When each may begin. */
static inline uint64_t pcie_engine_write(const struct bench *b, struct port_state *p)
{
    uint64_t at = bench_max(p->writes_free_ps, bench_now(b)), busy = bench_time(b, TIMING_nic_dma);
    p->writes_free_ps = at + busy;
    p->reads_free_ps = bench_max(p->reads_free_ps, at) + busy;
    return at;
}
static inline uint64_t pcie_engine_read(const struct bench *b, struct port_state *p)
{
    uint64_t at = bench_max(p->reads_free_ps, bench_now(b));
    p->reads_free_ps = at + bench_time(b, TIMING_nic_dma);
    return at;
}
static inline uint64_t pcie_up(struct bench *b, unsigned port, uint64_t bytes)
{
    return pcie_serve(b, &b->port[port]->up_free_ps, bytes);
}
void mmio_arrive(struct bench *b, unsigned port);
void mmio_fire(struct bench *b, unsigned port);
void mmio_nested(struct bench *b);
void mmio_schedule(struct bench *b, unsigned port);
void mmio_deliver_all(struct bench *b, unsigned port);
bool pcie_valid(struct bench *b, unsigned port);

/* exercise.c */
void exercise_fire(struct bench *b);
void exercise_answer(struct bench *b, unsigned slot);

/* pcie_read.c */
void pcie_read(struct bench *b, uint16_t function, uint16_t tag, uint64_t address,
               uint32_t length);
/* Its lines: the first read of the way has come, if it is due. */
void pcie_read_at_root(struct bench *b, unsigned port, enum read_way way);
void pcie_read_back(struct bench *b, unsigned port);
/* Memory's answer to a slot whose request is at the root complex. */
void pcie_read_answer(struct bench *b, unsigned port, unsigned slot, enum nic_dma_status status,
                      const void *data);
bool pcie_read_valid(const struct bench *b, unsigned port);

/* rootcomplex.c */
struct root_write {
    uint64_t address, target; /* as the device gave it, and where it goes */
    const uint8_t *data;
    uint32_t length;
    uint16_t tag, function;
    bool physical;
};
/* content: what the trace says of the bytes. */
void root_write(struct bench *b, const struct root_write *w, uint64_t content);
void root_read(struct bench *b, unsigned port, unsigned slot);
/* Counts and tells: enum report_refused in reason. */
void root_refused(struct bench *b, uint16_t function, uint16_t tag, uint64_t address,
                  uint32_t length, enum nic_dma_status status, uint32_t reason);
/* Where does this access go that reaches the root complex at at_ps, and not before when? */
enum nic_dma_status root_translate(struct bench *b, uint16_t function, unsigned user,
                                   uint64_t address, enum bench_access_kind kind, uint64_t at_ps,
                                   struct iotlb_answer *answer);

/* iotlb.c. A user is who looks something up: a kind of access of a queue, report_iotlb.use. */
static inline unsigned iotlb_user(unsigned tag_kind, unsigned queue)
{
    unsigned region = tag_kind < NIC_TAG_KINDS ? tag_kind : NIC_TAG_KINDS;
    return region * REPORT_QUEUES + queue % REPORT_QUEUES;
}
enum nic_dma_status iotlb_lookup(struct bench *b, uint16_t function, unsigned user,
                                 uint64_t address, enum bench_access_kind kind, uint64_t at_ps,
                                 struct iotlb_answer *answer);
/* The quick way: an entry where pages of usual sizes were found last; NULL: use iotlb_lookup(). */
struct iotlb_entry *iotlb_hit(struct bench *b, uint16_t function, uint64_t address,
                              enum bench_access_kind kind);
/* ... which then is a hit. */
static inline void iotlb_used(struct bench *b, uint16_t function, unsigned user,
                              struct iotlb_entry *e)
{
    b->port[NIC_FUNCTION_PORT(function)]->iotlb.use[user].lookups++;
    e->used = ++b->st->iotlb.tick;
}
/* Drops what it has of the range, or, when the invalidation gets lost, keeps it as stale. */
unsigned iotlb_invalidate(struct bench *b, uint16_t function, uint64_t address, uint64_t length,
                          bool lost);
/* Did a fault take its page out of the tables? */
bool iotlb_in_hole(const struct bench *b, uint16_t function, uint64_t address);
/* Takes the page of the address out of the tables for a time; false: it is not in them. */
bool iotlb_unmap(struct bench *b, uint16_t function, uint64_t address, uint64_t until_ps);
bool iotlb_valid(const struct bench *b);

#endif
