/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The lab bench: N NIC ports, what their cables lead to (generators, sink, responder, one another),
 * the PCIe links, root complex and IOTLB they share, the plan, the trace and its hash, the control
 * device's registers, and the one clock of the machine. Every host (QEMU, in-process, SystemC)
 * runs this same code behind this same border.
 *
 * Time at this border is the host's virtual clock in ns (what the guest sees). The bench turns it
 * into model picoseconds: functional mode 1:1; timed mode model = virtual * den / num (plan).
 *
 * The bench never allocates after bench_init(), knows no files and no clock, and can be driven by
 * a hostile guest, wire, plan or saved state.
 */
#ifndef RINGSIDE_BENCH_H
#define RINGSIDE_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/bench/plan.h"
#include "model/bench/report.h"
#include "model/nic/nic.h"

/* Requester id of the control device at this border (intx). */
#define BENCH_CONTROL 0xffffu

struct bench_translation {
    uint64_t physical; /* of the address asked for */
    uint64_t page;     /* bytes of the page: 4 KiB, 2 MiB, 1 GiB; whole space when untranslated */
    uint8_t refused;   /* enum report_refused, when it is; 0: the host cannot tell why */
};
enum bench_access_kind { BENCH_READ, BENCH_WRITE };

/* The CPU's view of a piece of memory. */
struct bench_window {
    uint64_t physical, bytes;
    uint8_t *at;
};

/* Asked of the host. None may call back into the bench, save bench_dma_done() from dma_read. */
struct bench_host_ops {
    /* Sample memory now: the request has reached the root complex. Answer with bench_dma_done(),
     * at once or later. physical tells whether address went through translate() already. */
    void (*dma_read)(void *host, uint16_t function, uint16_t tag, uint64_t address, bool physical,
                     uint32_t length);
    /* Memory changes now. */
    enum nic_dma_status (*dma_write)(void *host, uint16_t function, uint16_t tag, uint64_t address,
                                     bool physical, const void *data, uint32_t length);
    /* Optional: the CPU's view of these bytes of memory, for a translated access that is made at
     * once; NULL: by dma_read() or dma_write(). */
    void *(*memory)(void *host, uint16_t function, uint64_t physical, uint32_t length,
                    enum bench_access_kind kind);
    /* Optional, beside memory(): what lies around this address in one piece, may be read and
     * written, and stays where it is until bench_memory_moved(). bytes 0: nothing does. */
    struct bench_window (*window)(void *host, uint64_t physical);
    /* Optional: what the CPU's caches add to this access, in ps; asked once for each. */
    uint64_t (*cache)(void *host, uint64_t address, uint32_t length, enum bench_access_kind kind);
    /* For the IOTLB, on a miss; the result may be cached until invalidated. NULL: the host has
     * no IOMMU that can be asked, every address is passed on with physical = false. */
    enum nic_dma_status (*translate)(void *host, uint16_t function, uint64_t address,
                                     enum bench_access_kind kind, struct bench_translation *out);
    void (*message)(void *host, uint16_t function, uint64_t address, uint32_t data);
    void (*intx)(void *host, uint16_t function, bool level);
    /* A port attached to PLAN_ATTACH_NETDEV sends. NULL: dropped. */
    void (*frame_out)(void *host, uint8_t port, const uint8_t *frame, uint32_t length);
    /* The wire tap: a frame begins on the wire of `port` at model time time_ps; out: it comes from
     * the NIC. Called for captured ports only. flow, sequence: UINT64_MAX when of no flow. */
    void (*wire)(void *host, uint8_t port, bool out, uint64_t time_ps, const uint8_t *frame,
                 uint32_t length, bool good_fcs, uint64_t flow, uint64_t sequence);
    /* Events to store (trace level applied; the hash has been taken already). */
    void (*events)(void *host, const struct nic_event *event, size_t count);
    /* Run me (bench_advance) when the virtual clock reaches this; the latest call replaces earlier
     * ones; UINT64_MAX: no need. Only called when the deadline changes. */
    void (*wake_at)(void *host, uint64_t virtual_ns);
};

struct bench_config {
    uint8_t ports; /* 1..PLAN_PORTS_MAX */
};

struct bench_state; /* the block: bench_priv.h */
struct bench;       /* wiring: allocated by the caller, bench_bytes() */

/* Sizes of the wiring and of the state block (alignment 64 both). */
size_t bench_bytes(void);
size_t bench_state_bytes(const struct bench_config *config);

/* The plan must have passed bench_plan_check() and stays the caller's; it must outlive the bench.
 * The ports' number is the plan's. 0 or -EINVAL with a sentence. */
int bench_init(struct bench *b, void *block, const struct bench_config *config, const void *plan,
               const struct bench_host_ops *ops, void *host, const char **why);

/* Everything due up to now, in order; then wake_at() if the deadline moved. */
void bench_advance(struct bench *b, uint64_t virtual_ns);

/* The two clocks, for a host that keeps model time itself: rounded down, and up. At the virtual
 * time of an instant of model time that instant has been reached. */
uint64_t bench_model_ps(const struct bench *b, uint64_t virtual_ns);
uint64_t bench_virtual_ns(const struct bench *b, uint64_t model_ps);

/* Accesses of the CPU, at virtual_ns (the bench advances to it first). The return value is the
 * stall in virtual ns that the host must add to its virtual clock (0 in functional mode). */
uint64_t bench_mmio_read(struct bench *b, uint64_t virtual_ns, uint16_t function, unsigned bar,
                         uint32_t offset, unsigned size, uint64_t *value);
uint64_t bench_mmio_write(struct bench *b, uint64_t virtual_ns, uint16_t function, unsigned bar,
                          uint32_t offset, unsigned size, uint64_t value);
uint32_t bench_config_read(struct bench *b, uint64_t virtual_ns, uint16_t function,
                           uint32_t offset, unsigned size);
void bench_config_write(struct bench *b, uint64_t virtual_ns, uint16_t function, uint32_t offset,
                        unsigned size, uint32_t value);
void bench_reset(struct bench *b, uint64_t virtual_ns, uint16_t function, enum nic_reset_kind kind);
/* What is there now, without an access: for a host that keeps a copy. */
uint32_t bench_config_peek(struct bench *b, uint16_t function, uint32_t offset, unsigned size);
/* Virtual functions that the port's SR-IOV capability has enabled: requesters
 * NIC_FUNCTION(port, 1) and up. May change with a write to its configuration space, or a reset. */
unsigned bench_vf_count(const struct bench *b, uint8_t port);

/* The answer to ops->dma_read. */
void bench_dma_done(struct bench *b, uint16_t function, uint16_t tag, enum nic_dma_status status,
                    const void *data, uint32_t length);
/* The guest's IOMMU invalidated [address, address + length); length UINT64_MAX: everything. */
void bench_invalidate(struct bench *b, uint16_t function, uint64_t address, uint64_t length);
/* What ops->window gave lies elsewhere, or there is more or less of it. */
void bench_memory_moved(struct bench *b);
/* From a host back end (PLAN_ATTACH_NETDEV). */
void bench_frame_in(struct bench *b, uint64_t virtual_ns, uint8_t port, const uint8_t *frame,
                    uint32_t length);

/* Control device registers (control_abi.h). */
enum bench_action {
    BENCH_ACT_NONE,
    BENCH_ACT_GO,   /* the plan has started: note the instruction count */
    BENCH_ACT_MARK, /* stop the machine here if asked to */
    BENCH_ACT_EXIT, /* hash memory, write the report, end the machine */
};
uint32_t bench_control_read(struct bench *b, uint64_t virtual_ns, uint32_t offset);
enum bench_action bench_control_write(struct bench *b, uint64_t virtual_ns, uint32_t offset,
                                      uint32_t value);

/* enum rs_status bits; a host looks after bench_advance() to note the instruction count when
 * RS_STATUS_OVER appears, and ends a machine that stays after REPORT_END_NOT_READY/DEADLINE. */
uint32_t bench_status(const struct bench *b);
enum report_end bench_end(const struct bench *b);

/* Hands ops->events what it has not seen yet, takes the hash of this moment, fills in the report
 * (host fields 0). May be called at any time. */
void bench_report(struct bench *b, struct bench_report *out);

/* The state block, whole: every bit of a run in flight. Load checks magic, version, layout
 * fingerprint, the plan's hash and every index, and wires up again: 0 or -EINVAL with a sentence;
 * after a refusal only another load or bench_init() may follow. */
void bench_save(struct bench *b, void *out);
int bench_load(struct bench *b, const void *in, size_t bytes, const char **why);

/* What is on its way at this moment. */
struct bench_flight {
    uint32_t frames;          /* sent, not received yet (or lost); on cables and of responders */
    uint32_t reads;           /* DMA reads that are not answered */
    uint32_t writes;          /* DMA writes that have not landed */
    uint32_t interrupts;      /* messages and INTx changes that have not landed */
    uint32_t register_writes; /* posted by the CPU, not yet at the NIC */
    uint32_t nic_events, bench_events; /* timers: scheduled by the ports, by the bench */
};
void bench_flight(const struct bench *b, struct bench_flight *out);

/* A base: what a guest has left in bench and ports when it has booted (RS_MARK_BOOTED) and knows
 * nothing of any plan. No pointers; may be kept in a file, and is believed in nothing. */
struct bench_base {
    uint64_t virtual_ns; /* of that instant */
    uint32_t ports, pid, generation, irq_enable;
    uint32_t config[PLAN_PORTS_MAX][NIC_CONFIG_BYTES / 4]; /* the ports' configuration spaces */
};
/* 0; -EBUSY once GO was written or the driver's time is up: a base comes before a plan. */
int bench_base_get(struct bench *b, struct bench_base *out);
/* Everything as after bench_init(), ports idle since power-on, then the base; the trace begins
 * here. The host lowers the interrupt lines. 0, or -EINVAL with a sentence. */
int bench_base_set(struct bench *b, const struct bench_base *base, const char **why);

/* Event names for readers of a trace: NIC's and the bench's own. NULL: no such id. */
const struct nic_event_info *bench_event_info(unsigned id);
extern const char *const bench_event_names[]; /* by id, NULL at the end */
enum {
    TRACE_SCHEMA_VERSION = 6,
    TRACE_BLOCK_EVENTS = 256, /* of the trace hash: docs/formats/trace.md */
};

/* Timing parameters: names, units, defaults, sources (timing.def). */
struct bench_timing_info {
    const char *name, *unit;
    uint64_t value; /* default */
    const char *source, *doc;
};
unsigned bench_timing_count(void);
const struct bench_timing_info *bench_timing_info(unsigned index); /* NULL past the end */

#endif
