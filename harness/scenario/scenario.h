/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A scenario as the harness sees it: what the file said, read, checked and with every default
 * filled in. A file holds one scenario; lists of values at single-value keys and the `matrix`
 * section make several cases of it, each complete in itself. All keys with units and defaults:
 * docs/scenario-keys.md (made from schema_*.c).
 *
 * Units here: times in picoseconds unless the name says otherwise, lengths of frames in bytes
 * without FCS. Everything belongs to the struct scenario and goes with rs_scenario_free().
 */
#ifndef RINGSIDE_HARNESS_SCENARIO_H
#define RINGSIDE_HARNESS_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/diag.h"
#include "harness/scenario/metrics.h"
#include "harness/scenario/schema.h"
#include "harness/base/units.h"
#include "model/bench/plan.h"

struct description;
struct driver_profile;

enum {
    SCENARIO_CASES_MAX = 256,
    SCENARIO_STEPS_MAX = 48, /* a job has room for 64, those of a description among them */
    SCENARIO_ID_MAX = 63, /* characters of a case id: goes into the plan */
    SCENARIO_EXPECT_MAX = 256,
};

enum scenario_host { SCENARIO_HOST_QEMU, SCENARIO_HOST_IN_PROCESS, SCENARIO_HOST_ANY };
enum scenario_iommu { SCENARIO_IOMMU_ON, SCENARIO_IOMMU_PASSTHROUGH, SCENARIO_IOMMU_OFF };
enum scenario_pages { SCENARIO_PAGES_4KIB, SCENARIO_PAGES_2MIB, SCENARIO_PAGES_1GIB };

enum scenario_wait { SCENARIO_WAIT_POLL, SCENARIO_WAIT_INTERRUPT, SCENARIO_WAIT_ADAPTIVE };

struct scenario_limits {
    struct schema_marks marks;
    uint64_t model_ps; /* from GO: the plan's deadline */
    uint64_t wall_ps;  /* the host process is ended after this */
    uint64_t ready_ps; /* virtual time from power-on to GO */
    uint64_t drain_ps; /* after the last frame */
};

struct scenario_machine {
    struct schema_marks marks;
    uint64_t ports;        /* never 0 after reading */
    unsigned iommu;        /* enum scenario_iommu */
    unsigned pages;        /* enum scenario_pages: of DMA memory */
    uint64_t cpus;         /* of the guest */
    uint64_t memory_bytes; /* of the guest */
    unsigned host;         /* enum scenario_host */
    uint64_t iotlb;        /* entries; 0: no IOTLB model */
    bool cold;             /* the guest boots; else it may start from a base snapshot */
};

struct scenario_clock {
    struct schema_marks marks;
    unsigned mode;       /* enum plan_clock */
    unsigned profile;    /* rs_profile(): CPU profile; matters in timed mode only */
    uint64_t quantum_ps; /* whole nanoseconds */
};

struct scenario_timing { /* an override of a timing parameter */
    struct diag_mark mark;
    unsigned index; /* enum bench_timing */
    uint64_t value; /* in the parameter's own unit */
};
struct scenario_timings {
    struct scenario_timing *item;
    size_t count;
};

struct scenario_attach {
    enum plan_attach kind;
    unsigned peer; /* PLAN_ATTACH_CABLE */
};

struct scenario_mac {
    uint8_t byte[6];
};
struct scenario_ip4 {
    uint32_t host; /* host order */
};
struct scenario_ip6 {
    uint8_t byte[16];
};

struct scenario_port {
    struct schema_marks marks;
    struct scenario_attach attach;
    unsigned respond; /* enum plan_respond bits */
    unsigned module;  /* enum nic_module */
    uint64_t cable_mm;
    struct scenario_mac mac, nic_mac; /* of the far end; of the NIC's EEPROM */
    struct scenario_ip4 ip4;          /* of the far end */
    struct scenario_ip6 ip6;
};

/* The program that drives the NIC in the guest: one of ours (app), anybody's (command), or what a
 * description says (description.h), which is put in here where the scenario says nothing. */
struct scenario_driver {
    struct schema_marks marks;
    char *description; /* path of the file, resolved against the scenario; NULL: none */
    char **modules;    /* of the kernel, with parameters: "ixgbe RSS=4" */
    const char *app;   /* "fwd", "echo", "gen", "sink", "poke", "profile"; NULL: command */
    unsigned app_word; /* as read; see app */
    char *profile;     /* file that app "profile" follows */
    char **command;    /* argument vector, NULL at the end; ${PORT0} is the first port's address */
    char **files;      /* host paths that go to /job/files, resolved against the scenario */
    char **args;       /* more arguments for app */
    char **registers;  /* register script of app, a statement each */
    char **script;     /* of poke */
    uint64_t rings;    /* descriptors; 0: the application's own choice */
    uint64_t batch;    /* 0: the application's own choice */
    uint64_t queues;   /* 0: the application's own choice */
    uint64_t mtu;      /* 0: the application's own choice */
    char **offloads;   /* what the card shall do: words of the application; NULL: nothing */
    uint64_t segment;  /* payload of the frames that the card cuts; 0: none is cut */
    unsigned wait;     /* enum scenario_wait */
    char **filters;    /* of the card, in the application's words; NULL: none */
    uint64_t workers;  /* threads; 0: the application's own choice */
    unsigned flow_control; /* as read; the application knows the words */
    uint64_t user;     /* uid; 0: root */
    char *bind;        /* kernel driver that gets the ports */
    char *ready;       /* the line that says that traffic may start; NULL: the application's own */
    uint64_t ready_ps; /* how long init waits for it */
    const char *stop_signal; /* "TERM" */
    unsigned stop_word;      /* as read */
    uint64_t stop_ps;        /* until SIGKILL */
    char **env;              /* NAME=VALUE */
    uint64_t memlock_bytes;  /* RLIMIT_MEMLOCK */
};

/* A number in the output of a step, and what it must be: a value, a range, or a metric. */
struct scenario_number {
    struct schema_marks marks;
    char *find;      /* regular expression; its first group is the number */
    unsigned metric; /* enum metric_id; has_metric */
    char *flow_name;
    uint64_t port_number;
    char *since; /* a step before: its number is taken away; NULL */
    char *why;
    struct quantity is, min, max;
    int flow, port; /* -1: all together */
    bool has_metric, has_is, has_min, has_max;
};

enum scenario_when { SCENARIO_BEFORE, SCENARIO_DURING, SCENARIO_AFTER };

/* What a shell does in the guest, and what must come of it. */
struct scenario_step {
    struct schema_marks marks;
    char *name;
    unsigned when;  /* enum scenario_when */
    uint64_t at_ps; /* during: not before this time from GO */
    uint64_t deadline_ps;
    char *run; /* a script, lines end with newlines */
    uint64_t status;
    char **lines, **never; /* regular expressions */
    struct scenario_number *numbers;
    size_t number_count;
    char *why;
};

enum scenario_rate_kind {
    SCENARIO_RATE_NONE,     /* not given */
    SCENARIO_RATE_FRAMES,   /* value: UNIT_PPS */
    SCENARIO_RATE_BITS,     /* value: UNIT_BPS, on the wire: preamble, FCS and gap included */
    SCENARIO_RATE_SHARE,    /* value: UNIT_PERCENT of line rate */
    SCENARIO_RATE_LINE,     /* back to back */
    SCENARIO_RATE_RECORDED, /* at the times of the capture */
};
struct scenario_rate {
    enum scenario_rate_kind kind;
    struct quantity value;
};

struct scenario_sizes {
    uint16_t *length; /* without FCS, whichever key gave them */
    size_t count;
};

struct scenario_end { /* of a packet: addresses */
    struct schema_marks marks;
    struct scenario_mac mac;
    struct scenario_ip4 ip4;
    struct scenario_ip6 ip6;
    uint64_t port;
};

struct scenario_flow {
    struct schema_marks marks;
    char *name;
    uint64_t from;
    uint64_t expect; /* port, or PLAN_NO_PORT */
    unsigned kind;   /* enum plan_kind; PLAN_REPLAY when replay is given */
    char *replay;    /* path of the capture, resolved against the scenario; or NULL */
    struct scenario_sizes size, length; /* exactly one is filled, unless replay */
    unsigned order;                     /* enum plan_size_mode */
    struct scenario_rate rate;
    uint64_t count;            /* 0: not given; of a replay: as many as the file has */
    uint64_t start_ps, for_ps; /* for_ps 0: not given */
    uint64_t burst;
    unsigned payload; /* enum plan_payload */
    uint64_t tuples;
    uint64_t ethertype, vlan, quanta;
    unsigned fcs;  /* 0 good, 1 bad */
    unsigned macs; /* 0 kept, 1 any: what the driver may do to MAC addresses */
    struct scenario_end source, destination;
};

enum scenario_link { SCENARIO_LINK_NONE, SCENARIO_LINK_DOWN, SCENARIO_LINK_UP };
struct scenario_action {
    struct schema_marks marks;
    uint64_t at_ps;
    unsigned link;   /* enum scenario_link */
    unsigned module; /* enum nic_module */
    bool has_module;
    uint64_t port;
    uint64_t for_ps; /* 0: not given; else the opposite follows after it */
    unsigned agent;  /* 0: none, else what the root agent in the guest is asked for */
    uint64_t mark;
    bool has_mark;
};

/* What a fault counts before it is armed. */
struct scenario_trigger {
    struct schema_marks marks;
    unsigned event; /* id in the trace */
    uint64_t port, queue, count;
    bool has_port, has_queue;
};

struct scenario_fault {
    struct schema_marks marks;
    unsigned kind; /* enum plan_fault_kind */
    uint64_t at_ps;
    struct scenario_trigger when;
    bool counted; /* armed by `when`, else by `at` */
    uint64_t port, count;
    unsigned direction; /* enum plan_direction */
    unsigned write;     /* enum plan_writes */
    uint64_t for_ps, delay_ps;
};

/* One expectation: a metric and what it must be. */
struct expectation {
    struct schema_marks marks; /* marks.self: its line; 0 for implied ones */
    unsigned metric;           /* enum metric_id */
    char *flow_name;           /* as written; NULL */
    char *counter;             /* of METRIC_COUNTER; NULL */
    char *event;               /* of METRIC_EVENTS and METRIC_EVENT_QUEUES; NULL */
    unsigned region;           /* of the IOTLB's: index of rs_region_names */
    uint64_t queue_number;     /* of METRIC_EVENTS and the IOTLB's, when it is given */
    int event_id, queue;       /* queue -1: all together */
    uint64_t port_number;
    int flow;                      /* index; -1: all flows together */
    int port;                      /* -1: all ports together */
    bool has_is, has_min, has_max; /* at least one; inclusive */
    struct quantity is, min, max;  /* of the metric's unit */
    char *why;                     /* NULL */
    bool implied; /* holds for every scenario that says nothing about this metric */
};

/* What a case chose: `rings` = `96`. */
struct scenario_choice {
    char *name, *value;
};

struct scenario_case {
    struct schema_marks marks;
    char id[SCENARIO_ID_MAX + 1]; /* "ring-wrap[rings=96]"; the name alone without a matrix */
    struct scenario_choice *choice;
    size_t choice_count;

    char *name, *why, *source;
    char **tags;
    bool canary; /* must fail: its failing counts as pass, its passing as failure */
    uint64_t seed;
    struct scenario_limits limits;
    struct scenario_machine machine;
    struct scenario_clock clock;
    struct scenario_timings timing;
    struct scenario_port *ports; /* machine.ports of them */
    size_t port_count;
    struct scenario_driver driver;
    struct description *description; /* of the driver; NULL: none */
    struct driver_profile *profile;  /* that the driver follows; NULL: none */
    char *unfit;                     /* why an imposed driver cannot do this case; NULL: it can */
    struct scenario_step *steps;     /* in the guest */
    size_t step_count;
    char *capability; /* column of the conformance table; NULL */
    struct scenario_flow *flows;
    size_t flow_count;
    struct scenario_action *actions; /* as written, not sorted */
    size_t action_count;
    struct scenario_fault *faults;   /* in this order in the plan */
    size_t fault_count;
    struct expectation *expect; /* those written, then the implied ones */
    size_t expect_count;
    unsigned capture; /* bit p: wire of port p */
    uint64_t trace;   /* level that is stored */
};

struct scenario {
    char *path;                  /* as given */
    char *text;                  /* the file, for messages */
    struct scenario_case *cases; /* at least one; all share name, why, tags, canary */
    size_t case_count;
};

/* Reads and checks a file. Every mistake goes to `diag`, in one pass; captures are not opened
 * (rs_plan_write does). 0 with *out; -EINVAL when there is an error in diag and *out is NULL. */
int rs_scenario_load(const char *path, struct diag *diag, struct scenario **out);
/* The same for text in memory; `path` is for messages and relative file names. */
int rs_scenario_parse(const char *path, const char *text, size_t length, struct diag *diag,
                      struct scenario **out);
/* For lint: the scenario in spite of its mistakes, so that other mistakes can be looked for. What
 * schema_marks.bad says of a part was not read. NULL: the file is no scenario at all. */
struct scenario *rs_scenario_examine(const char *path, struct diag *diag);
void rs_scenario_free(struct scenario *s);

/* A complaint about a place of this scenario. */
#define rs_scenario_complain(s, diag, level, mark, ...)                                            \
    rs_diag_add((diag), (level), (s)->path, (s)->text, (mark), __VA_ARGS__)

/* CPU profiles of the timed clock: virtual ns = model ns * num / den. */
struct scenario_profile {
    const char *name; /* "2.4GHz" */
    uint32_t num, den;
    uint64_t write_stall_ps; /* timing parameter mmio_write_stall, unless overridden */
    const char *doc;
};
const struct scenario_profile *rs_profile(unsigned index); /* NULL past the end */
extern const char *const rs_profile_names[];               /* NULL at the end */

#endif
