/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The inside of the bench: the state block (no pointers, behind it the blocks of the NIC ports),
 * the wiring around it, and what its files ask of one another. Each part of the state belongs to
 * the file named beside it. Nothing outside model/bench includes this.
 */
#ifndef RINGSIDE_BENCH_PRIV_H
#define RINGSIDE_BENCH_PRIV_H

#include <string.h>

#include "model/bench/bench.h"
#include "model/bench/frame_memo.h"
#include "model/bench/outside.h"
#include "model/bench/timing.h"
#include "model/nic/copy.h"
#include "model/nic/fifo.h"

#define BENCH_STATE_MAGIC 0x48434e4542534952ull /* "RISBENCH" */
enum {
    BENCH_STATE_VERSION = 10,
    TRACE_EVENTS = TRACE_BLOCK_EVENTS,  /* records hashed and handed out at a time */
    POSTED_CREDIT = 32 * 1024,          /* room() of an idle port: bytes, 32 per write included */
    POSTED_BYTES = 128 * 1024,          /* memory for it: 36 of credit may take two records of 64 */
    NIC_SLOTS = NIC_TX_DATA_SLOTS + NIC_TX_DESC_SLOTS + NIC_RX_DESC_SLOTS,
    READ_SLOTS = 64, /* the others are for a device that only exercises the link */
    MMIO_PENDING = 64,                  /* register writes on their way, timed mode */
    WIRE_BYTES = 256 * 1024,            /* frames on their way to a port: cables and responder */
    SINK_WINDOW = 64 * 1024,            /* frames of a flow among which order is judged */
    REPLAY_FRAMES = 16 * 1024,          /* replayed frames that may be on their way at once */
    REPLAY_BUCKETS = 16 * 1024,
    IOTLB_MAX = 1024,
    WINDOWS = 32, WINDOW_BITS = 21, /* windows to memory: one of each 2 MiB */
    IOTLB_HINTS = 256,
    IOTLB_WALKERS = 16, /* most that a plan can ask for */
    IOTLB_WALKS = 64,   /* under way or waiting for a walker; more take their entry at once */
    IOTLB_HOLES = 32, /* the youngest count; a plan has room for as many faults */
    IOTLB_STALE = 4,  /* iotlb_entry.access: bits that tell of a lost invalidation */
    NESTED_MAX = 32,
    STAMP_BYTES = 18, STAMP_FLOW = 2, STAMP_SEQUENCE = 4, /* frame.c */
    NO_FLOW = 0xffffffff,
    PAUSE_CHANGES = 8, /* pause frames that may be on their way to a far end */
    PAUSE_EVENTS = 4,  /* of one port in the heap */
};

/* What a port waits for all the time has a line of its own on the heap. */
enum bench_line {
    LINE_GEN = SCHED_LINE_WIRE, /* the next frame of the only flow into this port */
    LINE_LAND = SCHED_LINE_BUS, /* a write that the guest can see lands */
    LINE_MMIO,                  /* the first pending register write arrives */
    LINE_READ, /* and two more, see enum read_way: the first read of that way has come */
};
/* Ways of a read: each its reads in the order of their coming. */
enum read_way {
    WAY_DATA, /* to the root complex */
    WAY_DESC,
    WAY_BACK, /* and from it */
    READ_WAYS,
};

/* What another scheduled event of the bench means: sched_event.kind, by class. */
enum bench_kind {
    /* SCHED_PLAN */
    KIND_READY_LIMIT,
    KIND_DEADLINE,
    KIND_ACTION, /* the next one of the plan */
    KIND_FAULT,  /* queue = fault: its time has come, or that of the next turn of a flap */
    /* SCHED_WIRE */
    KIND_GEN_TURN,  /* queue = flow: its next frame is planned for now */
    KIND_GEN_START, /* queue = flow: the wire was busy and is free for it now */
    KIND_WIRE_HEAD, /* device = port: the first frame of its queue arrives */
    KIND_LIGHT,     /* device = port: its laser may have changed */
    KIND_PAUSE,     /* device = port: its far end hears of a pause, or the pause ends */
    /* SCHED_BUS */
    KIND_LAND_LATER, /* device = port: payload lands that no visible write followed */
    KIND_EXERCISE,   /* exercise.c: something is due */
    KIND_NESTED,     /* register writes from within a DMA are done now */
    /* SCHED_LAST */
    KIND_DRAINED,
};

enum bench_queue { QUEUE_POSTED = 1, QUEUE_WIRE, QUEUE_NESTED, QUEUE_REPLAY, QUEUE_READ };
enum wire_loss { LOSS_DARK = 1, LOSS_FULL, LOSS_NETDEV, LOSS_FAULT };
/* As report_sample.kind. */
enum sink_verdict {
    VERDICT_DAMAGED = 1,
    VERDICT_DUPLICATED,
    VERDICT_REORDERED,
    VERDICT_MISPLACED,
    VERDICT_FOREIGN,
    VERDICT_NIC,
};

enum bench_phase { PHASE_BOOT, PHASE_RUNNING, PHASE_OVER, PHASE_EXIT };

struct plan_run { /* plan.c, control.c */
    uint64_t go_ps, over_ps, end_ps, go_vns, over_vns, end_vns;
    uint64_t last_move_ps;
    uint32_t action;     /* next one */
    uint32_t flows_left; /* still sending */
    uint8_t phase, end, deadline, drain_pending;
    uint32_t exit_value;
    uint32_t ctl_pid, ctl_generation, ctl_agent, irq_status, irq_enable;
    uint32_t irq_level;
};

struct clock_state { /* clock.c */
    uint64_t armed_vns; /* what the host was told last; UINT64_MAX: nothing */
    uint64_t armed_ps;  /* the deadline that it stands for */
    uint64_t latest_vns;
    uint64_t stall_vns; /* between GO and over */
};

struct trace_state { /* trace.c */
    uint64_t blocks; /* full ones, hashed */
    uint32_t count;  /* events in the present block; behind bench.log while it runs */
    uint32_t told;   /* of them shown to the host */
    uint64_t chain[2]; /* hash of the full blocks */
    struct nic_event event[TRACE_EVENTS];
};

struct iotlb_entry { /* iotlb.c */
    uint64_t page, bytes, physical; /* bytes 0: free */
    uint64_t used;
    uint64_t ready_ps; /* when its walk ends */
    uint16_t function;
    uint16_t access; /* bit per enum bench_access_kind; stale: the same IOTLB_STALE higher */
    uint32_t user;   /* who walked for it: report_iotlb.use */
};
/* A page that a fault has taken out of the tables. */
struct iotlb_hole {
    uint64_t page, bytes, until_ps;
    uint16_t function, unused[3];
};
struct iotlb_answer {
    uint64_t target;   /* the physical address */
    uint64_t ready_ps; /* not before this */
    uint32_t refused;  /* enum report_refused */
};
struct iotlb {
    uint64_t tick;
    uint64_t walker_ps[IOTLB_WALKERS]; /* when each is free again */
    struct iotlb_hole hole[IOTLB_HOLES];
    uint32_t holes, next_hole;
    uint16_t large[IOTLB_HINTS], small[IOTLB_HINTS]; /* hints: 2 MiB, 4 KiB */
    uint32_t walks, unused;
    struct iotlb_entry walk[IOTLB_WALKS]; /* not over, or not noticed to be */
    struct iotlb_entry entry[IOTLB_MAX];
};

/* replay.c. Frames sent are numbered from 1; number n is in slot n % REPLAY_FRAMES; 0: none. */
struct replay_frame {
    uint64_t hash, sequence, sent_ps;
    uint64_t older, newer; /* numbers of its neighbours in the bucket */
    uint32_t flow, received;
};
struct replay_bucket {
    uint64_t youngest, cursor; /* cursor: the one that was matched last */
};
struct replay {
    uint64_t sent;
    struct replay_bucket bucket[REPLAY_BUCKETS];
    struct replay_frame frame[REPLAY_FRAMES];
};

/* GEN_HELD: its turn came while the far end was paused; no event is in the heap. */
enum gen_phase { GEN_IDLE, GEN_WAITS, GEN_RESERVED, GEN_HELD, GEN_DONE };
struct flow_state {
    /* gen.c; times are of the SFD at the pins of the port */
    uint64_t next_ps, carry;
    uint64_t burst_ps; /* when the present burst was due */
    uint64_t burst_cost; /* PLAN_PACE_BYTE: bytes of it */
    uint32_t burst_left;
    uint16_t phase;
    uint16_t late; /* a pause held it up: next_ps is when the frame was planned for */
    /* sink.c */
    uint64_t top; /* one above the highest sequence seen */
    uint64_t seen[SINK_WINDOW / 64];
    struct report_flow count;
};

/* POSTED_FRAME: a write of payload, and struct posted_desc, which lands no sooner. */
enum posted_kind { POSTED_WRITE, POSTED_MESSAGE, POSTED_INTX, POSTED_FRAME };
struct posted { /* pcie.c; behind it the data */
    struct nic_record record;
    uint64_t land_ps;
    uint64_t address; /* as the device gave it */
    uint64_t target;  /* where it goes: physical or the same */
    uint32_t data;    /* message, level; of a write enum report_refused, when status says so */
    uint16_t credit, function;
    uint16_t length, tag;
    uint8_t kind, visible, physical, status;
};

struct posted_desc { /* between a frame's struct posted and its bytes */
    uint64_t land_ps, address, target;
    uint8_t bytes[16];
    uint16_t tag;
    uint8_t unused[6];
};

enum read_phase { READ_FREE, READ_TO_ROOT, READ_AT_ROOT, READ_BACK };
struct read_slot { /* pcie_read.c */
    uint64_t address;
    uint64_t walk_ps; /* what the IOTLB adds to it */
    uint16_t tag, length;
    uint8_t phase, status;
    uint8_t refused; /* enum report_refused, for the report */
    uint8_t fn;      /* function within the port */
    uint16_t user;   /* its queue, which the IOTLB's counters want */
    uint16_t unused[3];
};
/* What a slot's read gave lies apart, an odd number of cache lines from the next one's. */
enum { READ_STRIDE = NIC_READ_MAX + 64 };
struct read_line { /* pcie_read.c: of one way, the first to come first */
    uint64_t due_ps[READ_SLOTS];
    uint8_t slot[READ_SLOTS];
    uint32_t head, count;
};

struct mmio_write {
    uint64_t due_ps, value;
    uint32_t offset;
    uint8_t bar, size;
    uint16_t function;
};

struct wire_frame { /* wire.c; behind it the bytes */
    struct nic_record record;
    uint64_t at_ps; /* SFD at the pins of the port */
    uint32_t length;
    uint8_t good_fcs;
    uint8_t unused[11];
};

struct pause_change {
    uint64_t at_ps;
    uint32_t quanta, unused;
};
struct pause_state { /* pause.c: the port's far end */
    uint64_t until_ps; /* 0: it may send */
    uint64_t since_ps;
    uint64_t due_ps[PAUSE_EVENTS]; /* its events in the heap, the earliest first; 0: none */
    uint32_t head, count;
    struct pause_change change[PAUSE_CHANGES]; /* that it will hear of */
};

struct port_state {
    struct report_port count;
    /* wire.c */
    uint64_t in_free_ps; /* the wire into the NIC: earliest SFD of the next frame */
    uint64_t in_busy_ps; /* of that, what has started already */
    struct pause_state pause;
    uint8_t carrier, laser, cut, head_pending, light_pending;
    /* pcie.c */
    uint8_t land_pending, later_pending;
    uint8_t little_room; /* the NIC has been told of less than it may need: nic_room() is due */
    uint64_t up_free_ps, down_free_ps, last_land_ps;
    uint64_t reads_free_ps, writes_free_ps; /* the NIC's DMA engine */
    uint64_t remapped; /* bit per message's data: the IOMMU has its entry */
    uint32_t credit_used, intx_level;
    uint64_t mmio_last_ps;
    uint32_t mmio_head, mmio_count;
    struct mmio_write mmio[MMIO_PENDING];
    uint64_t reads_seen; /* rc_jitter */
    struct read_line reads[READ_WAYS];
    struct read_slot read[READ_SLOTS];
    struct nic_fifo posted, wire;
    struct report_iotlb iotlb; /* the counters of iotlb.c */
    _Alignas(64) uint8_t read_data[NIC_SLOTS][READ_STRIDE];
    _Alignas(64) uint8_t posted_ring[POSTED_BYTES];
    _Alignas(64) uint8_t wire_ring[WIRE_BYTES];
};

struct contract { /* contract.c; since power-on */
    uint64_t broken[PLAN_PORTS_MAX][NIC_RULES];
    uint32_t kept, unused;
    struct report_violation first[REPORT_VIOLATIONS];
};

struct refused { /* rootcomplex.c; since power-on */
    uint32_t kept, unused;
    struct report_refusal first[REPORT_REFUSALS];
};

enum fault_phase { FAULT_WAITS, FAULT_ARMED, FAULT_DONE };
struct fault_state { /* fault.c */
    uint64_t counted; /* events so far */
    uint32_t fired;
    uint8_t phase;
    uint8_t dark; /* a flap: the light is gone */
    uint16_t unused;
};
struct faults {
    uint32_t armed; /* bit per enum plan_fault_kind: there is one */
    uint32_t gone;  /* bit per port: PLAN_FAULT_DEVICE_GONE has struck */
    struct fault_state fault[PLAN_FAULTS_MAX];
};

struct nested { /* mmio.c */
    uint16_t function, size;
    uint32_t offset;
    uint8_t bar, unused[7];
    uint64_t value;
};

struct bench_state {
    uint64_t magic, layout, plan_hash, bytes;
    uint32_t version, ports;
    struct plan_run run;
    struct clock_state clock;
    uint32_t samples, nested_count;
    struct report_sample sample[REPORT_SAMPLES];
    struct nested nested[NESTED_MAX];
    struct faults faults;
    struct contract contract;
    struct refused refused;
    struct trace_state trace;
    struct iotlb iotlb;
    struct flow_state flow[PLAN_FLOWS_MAX];
    struct replay replay;
    struct sched sched;
    _Alignas(64) struct port_state port[]; /* `ports` of them, then as many NIC blocks */
};

/* What a flow's frames look like, made once from the plan: gen.c. */
struct frame_template {
    uint8_t head[96];
    uint16_t bytes;  /* of head */
    uint16_t l3, l4; /* offsets; 0: none */
    uint16_t stamp;  /* offset of the stamp */
};

/* The wiring. Everything here follows from plan and host and is made anew by a load. */
struct bench {
    struct bench_state *st;
    struct port_state *port[PLAN_PORTS_MAX]; /* in the block */
    const struct plan_header *plan;
    const struct plan_port *ports;
    const struct plan_flow *flows;
    const uint16_t *sizes;
    const struct plan_action *actions;
    const struct plan_frame *frames;
    const struct plan_fault *faults;
    const uint8_t *bytes;
    const struct bench_host_ops *ops;
    void *host;
    const struct bench_outside_ops *outside; /* outside.c: the NICs are elsewhere; else NULL */
    void *owner;            /* ... of these */
    uint32_t outside_laser; /* bit per port: on */
    unsigned inside; /* depth of calls that may lead to the host */
    bool timed, replays;
    bool translates; /* there is an IOTLB */
    bool quick;      /* ... and a descriptor fits into a TLP */
    struct bench_exercise *exercise; /* exercise.c: it stands in for the NIC of port 0; or NULL */
    unsigned stamps; /* distinct stamp offsets */
    uint16_t stamp[12]; /* ten kinds of header can differ in it */
    uint32_t gen_lead_ps;
    uint32_t read_lead_ps[READ_WAYS];
    uint32_t lone_flow[PLAN_PORTS_MAX]; /* the only one into a port; NO_FLOW: none, or several */
    uint64_t stop_ps[PLAN_FLOWS_MAX]; /* when each flow ends, after GO */
    uint64_t write_stall_vns; /* what a posted write costs the CPU */
    /* bits per event id: a fault counts it, the bench counts it or acts on it, the host wants it;
     * one of these */
    uint64_t watched, heeded, kept;
    struct nic_log log; /* trace.c: where the next event goes */
    bool untold; /* since trace_tell(): one that the host wants */
    struct nic nic[PLAN_PORTS_MAX];
    struct frame_template shape[PLAN_FLOWS_MAX];
    struct frame_memo memo;
    struct bench_window window[WINDOWS]; /* by physical address: rootcomplex.c */
    struct nic_event wanted[TRACE_EVENTS]; /* trace.c: on their way to the host */
    uint8_t counting[NIC_FRAME_MAX + 256]; /* PLAN_PAYLOAD_COUNT */
    _Alignas(64) uint8_t scratch[NIC_FRAME_MAX], expected[NIC_FRAME_MAX];
};

static inline uint64_t bench_now(const struct bench *b)
{
    return b->st->sched.now_ps;
}
static inline uint64_t bench_time(const struct bench *b, enum bench_timing index)
{
    return b->plan->timing[index];
}
static inline uint64_t bench_add(uint64_t a, uint64_t c) /* saturating: times from a plan */
{
    return a + c < a ? SCHED_NEVER - 1 : a + c;
}
static inline uint64_t bench_max(uint64_t a, uint64_t c)
{
    return a > c ? a : c;
}
static inline bool bench_running(const struct bench *b)
{
    return b->st->run.phase == PHASE_RUNNING;
}
/* The heap cannot overflow: the bench itself has at most one event per flow (its next frame), per
 * port one each for the wire queue, light and late landing, four for pause, and one per line (for
 * a time that a line cannot hold), one per fault, and four for the plan: 64 + 8 * 15 + 32 + 4 =
 * 220. The ports bound their own. */
static inline void bench_at(struct bench *b, uint64_t time_ps, enum sched_class class_,
                            uint32_t device, uint32_t queue, enum bench_kind kind,
                            uint32_t lead_ps)
{
    sched_at(&b->st->sched, time_ps, class_, device, queue, kind, 0, lead_ps);
}
static inline void bench_line(struct bench *b, uint64_t time_ps, uint32_t device, unsigned line,
                              uint32_t lead_ps)
{
    sched_line(&b->st->sched, device, (enum sched_line)line, time_ps, lead_ps);
}

/* bench.c */
void bench_enter(struct bench *b, uint64_t vns);
bool bench_port_of(const struct bench *b, uint16_t function, unsigned *port);
void bench_run_until(struct bench *b, uint64_t limit_ps);
/* Tells the host when to come again. Last act of every entry. */
void bench_settle(struct bench *b);
int bench_wire_up(struct bench *b, void *block, const void *plan,
                  const struct bench_host_ops *ops, void *host, const char **why);
void *bench_nic_block(const struct bench *b, unsigned port);
void bench_plug(struct bench *b, unsigned port);
const struct nic_host_ops *bench_nic_ops(void);

/* save.c */
uint64_t bench_layout(void);
uint64_t bench_plan_hash(const struct bench *b);

/* clock.c */
uint64_t clock_to_model(const struct bench *b, uint64_t vns);   /* rounded down */
uint64_t clock_to_virtual(const struct bench *b, uint64_t ps);  /* rounded up */
uint64_t clock_stall(struct bench *b, uint64_t vns);            /* counts it */
void clock_enter(struct bench *b, uint64_t vns);
void clock_arm(struct bench *b);

/* trace.c */
enum bench_event_id {
    BENCH_EV_BASE_ = NIC_EVENTS - 1,
#define EVENT(name, level, queue, a, b, c, doc) BENCH_EV_##name,
#include "model/bench/events.def"
#undef EVENT
    BENCH_EVENTS_END
};
_Static_assert(BENCH_EVENTS_END <= 64, "an id is a bit of a word");
uint64_t trace_kept(unsigned level); /* bits of the ids stored at this level */
void trace_wire_up(struct bench *b); /* block or ids have changed */
void trace_sync(const struct bench *b); /* the block's count, for who reads it */
void trace_tell(struct bench *b);
void trace_digest(const struct bench *b, uint64_t hash[2]);
uint64_t trace_events(const struct bench *b); /* since power-on */
bool trace_valid(const struct trace_state *t);
/* fault.c: one of the events that a fault counts */
void fault_count(struct bench *b, const struct nic_event *event);
/* bench.c: an event of which somebody takes note */
void bench_heed(struct bench *b, const struct nic_event *event);
static inline void trace_push(struct bench *b, const struct nic_event *event)
{
    struct nic_event *place = b->log.at++;
    *place = *event;
    if (__builtin_expect(b->log.at == b->log.end || b->log.noted >> event->id & 1, 0))
        b->log.came(b, place);
}
static inline void trace_emit(struct bench *b, enum bench_event_id id, uint16_t function,
                              uint32_t queue, uint64_t a, uint64_t b_, uint64_t c)
{
    struct nic_event *place = b->log.at++;
    *place = (struct nic_event){
        .time_ps = bench_now(b), .id = (uint16_t)id, .function = function,
        .queue = queue, .a = a, .b = b_, .c = c,
    };
    if (__builtin_expect(b->log.at == b->log.end || b->log.noted >> id & 1, 0))
        b->log.came(b, place);
}

/* plan.c */
void plan_power_on(struct bench *b);
bool plan_go(struct bench *b);       /* false: it was given before, or too late */
void plan_fire(struct bench *b, const struct sched_event *e);
void plan_moved(struct bench *b);     /* a frame is on a wire */
void plan_flow_done(struct bench *b); /* one flow has sent all it will */
void plan_stirred(struct bench *b);   /* something of the plan happened: the drain time is its */
void plan_exit(struct bench *b, uint32_t value);

/* contract.c */
void contract_broken(struct bench *b, const struct nic_event *event);

/* fault.c */
void fault_wire_up(struct bench *b);
void fault_go(struct bench *b);
void fault_fire(struct bench *b, unsigned fault);
bool fault_pending(const struct bench *b); /* the plan is not over before it has come */
bool fault_valid(const struct bench *b);
const struct plan_fault *fault_take(struct bench *b, enum plan_fault_kind kind, unsigned port,
                                    unsigned select, uint64_t detail);
/* Does a fault of this kind strike here and now? Then it has fired: the event is out. select: enum
 * plan_direction or plan_writes, else 0. */
static inline const struct plan_fault *fault_hits(struct bench *b, enum plan_fault_kind kind,
                                                  unsigned port, unsigned select, uint64_t detail)
{
    if (!(b->st->faults.armed >> kind & 1))
        return NULL;
    return fault_take(b, kind, port, select, detail);
}
/* control.c */
void control_irq(struct bench *b, uint32_t bits);

/* frame.c: what a frame of a flow looks like, from (flow, sequence, time) alone */
void frame_shapes(struct bench *b);
uint32_t frame_smallest(const struct plan_flow *f); /* without FCS; 0: any */
uint32_t frame_length(const struct bench *b, unsigned flow, uint64_t sequence);
void frame_build(const struct bench *b, const struct stamp *stamp, uint32_t length, uint8_t *out);
void frame_put_stamp(const struct bench *b, const struct stamp *stamp, uint8_t *out);
bool frame_stamp(const struct bench *b, const uint8_t *frame, uint32_t length,
                 struct stamp *stamp);
uint16_t frame_sum(const uint8_t *data, uint32_t bytes, uint64_t start);

/* gen.c */
void gen_wire_up(struct bench *b);
void gen_stops(struct bench *b); /* GO has been given, or a state loaded */
void gen_go(struct bench *b);
void gen_fire(struct bench *b, const struct sched_event *e);
void gen_line(struct bench *b, unsigned port);
bool gen_reserved(const struct bench *b, unsigned port); /* a flow of it has its slot of the wire */
void gen_release(struct bench *b, unsigned port); /* flows that were held, the oldest first */

/* sink.c */
void sink_judge(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length,
                bool good_fcs, const struct stamp *stamp);
void sink_damaged(struct bench *b, unsigned port, uint32_t flow, uint64_t sequence,
                  uint32_t offset);
/* A whole frame of a flow came out of `port`. known_again: the caller knows that it came before. */
void sink_count(struct bench *b, unsigned port, uint32_t flow, uint64_t sequence,
                uint64_t sent_ps, bool known_again);
void sink_sample(struct bench *b, enum sink_verdict kind, unsigned port, uint32_t flow,
                 uint64_t sequence, uint32_t detail);
uint64_t sink_first_lost(const struct flow_state *f);

/* replay.c */
void replay_sent(struct bench *b, const struct stamp *sent, const uint8_t *frame,
                 uint32_t length);
struct replay_found {
    uint64_t sequence, sent_ps; /* since GO */
    uint32_t flow;
    bool again; /* it came out before */
};
/* Which frame is it that comes out of `port`? false: none of ours. */
bool replay_match(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length,
                  struct replay_found *found);
bool replay_valid(const struct bench *b);

/* wire.c */
void wire_init(struct bench *b);
uint64_t wire_occupied(const struct bench *b, uint32_t length); /* ps of wire for a frame */
/* A frame's SFD is at the pins now. stamp NULL: of no flow. */
void wire_in(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length,
             bool good_fcs, const struct stamp *stamp);
/* To arrive as soon as the wire is free, not before at_ps. */
void wire_enqueue(struct bench *b, unsigned port, uint64_t at_ps, const uint8_t *frame,
                  uint32_t length, bool good_fcs);
void wire_out(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length,
              bool good_fcs);
void wire_fire(struct bench *b, unsigned port);
void wire_cut(struct bench *b, unsigned port, bool cut);
void wire_laser(struct bench *b, unsigned port); /* its NIC says that it changed */
void wire_light(struct bench *b, unsigned port);  /* the peer's carrier follows */

void wire_resume(struct bench *b, unsigned port); /* the far end may send again */

/* pause.c */
/* A good frame out of `port`: true: a pause frame, which its far end obeys. */
bool pause_take(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length);
void pause_fire(struct bench *b, unsigned port);
void pause_forget(struct bench *b, unsigned port);
uint64_t pause_time(const struct bench *b, unsigned port); /* spent in pause since GO */
bool pause_valid(const struct pause_state *s);

/* responder.c: true: answered */
bool responder_take(struct bench *b, unsigned port, const uint8_t *frame, uint32_t length);

#include "model/bench/bus.h"

#endif
