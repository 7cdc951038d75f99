/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The words follow the enums that the rows of events.def name; the assertions notice one that grew.
 */
#include "harness/trace/words.h"

#include <string.h>

#include "model/bench/control_abi.h"
#include "model/bench/report.h"
#include "model/nic/nic.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static const char *const rx_drop[] = {
    [NIC_RX_DROP_FCS] = "bad-fcs", [NIC_RX_DROP_SHORT] = "too-short",
    [NIC_RX_DROP_LONG] = "too-long", [NIC_RX_DROP_OFF] = "receive-off",
    [NIC_RX_DROP_FILTER] = "mac-filter", [NIC_RX_DROP_VLAN] = "vlan-filter",
    [NIC_RX_DROP_BUFFER] = "packet-buffer-full", [NIC_RX_DROP_NO_DESC] = "no-descriptor",
    [NIC_RX_DROP_QUEUE_OFF] = "queue-off", [NIC_RX_DROP_PAUSE] = "pause-frame",
    [NIC_RX_DROP_PIPE] = "overlap", [NIC_RX_DROP_LINK] = "link-down",
    [NIC_RX_DROP_RING] = "ring-too-short", [NIC_RX_DROP_LENGTH] = "wrong-length",
    [NIC_RX_DROP_POOL] = "no-pool",
};
_Static_assert(LENGTH(rx_drop) == NIC_RX_DROPS, "a reason without a word");

/* Statistics registers that count them, by drop reason; the others are counted nowhere. */
static const char *const rx_drop_counter[NIC_RX_DROPS] = {
    [NIC_RX_DROP_FCS] = "CRCERRS", [NIC_RX_DROP_SHORT] = "RUC or RFC",
    [NIC_RX_DROP_LENGTH] = "RLEC",
    [NIC_RX_DROP_LONG] = "ROC or RJC", [NIC_RX_DROP_BUFFER] = "MPC",
    [NIC_RX_DROP_PIPE] = "MPC", [NIC_RX_DROP_NO_DESC] = "QPRDC",
};

static const char *const tx_drop[] = {
    [NIC_TX_DROP_EMPTY] = "empty", [NIC_TX_DROP_LONG] = "too-long", [NIC_TX_DROP_DMA] = "dma-fault",
    [NIC_TX_DROP_DISABLED] = "queue-disabled", [NIC_TX_DROP_DESCS] = "too-many-descriptors",
    [NIC_TX_DROP_TYPE] = "no-such-type", [NIC_TX_DROP_CONTEXT] = "bad-context",
    [NIC_TX_DROP_SPOOF] = "spoofed", [NIC_TX_DROP_LOCAL] = "no-pool",
};
_Static_assert(LENGTH(tx_drop) == NIC_TX_DROPS, "a reason without a word");

static const char *const bad_desc[] = {
    [NIC_BAD_RING_HEAD] = "head-outside", [NIC_BAD_BUFFER_SIZE] = "buffer-size",
    [NIC_BAD_DESCTYPE] = "desctype", [NIC_BAD_TX_TYPE] = "tx-type",
    [NIC_BAD_TX_LENGTH] = "tx-length", [NIC_BAD_TX_CHAIN] = "tx-chain",
    [NIC_BAD_TX_OFFLOAD] = "offload-not-modelled", [NIC_BAD_TX_BUFFER] = "no-tx-buffer",
    [NIC_BAD_TX_CONTEXT] = "tx-context", [NIC_BAD_TX_PAYLEN] = "tx-paylen",
};
_Static_assert(LENGTH(bad_desc) == NIC_BAD_DESCS, "a reason without a word");

static const char *const reset[] = {
    [NIC_RESET_POWER] = "power", [NIC_RESET_BUS] = "bus", [NIC_RESET_FLR] = "flr",
    [NIC_RESET_D3] = "d3", [NIC_RESET_SW] = "software",
};
static const char *const status[] = {
    [NIC_DMA_OK] = "ok", [NIC_DMA_FAULT] = "fault", [NIC_DMA_ABORT] = "abort",
};
static const char *const end[] = {
    [REPORT_END_NONE] = "none", [REPORT_END_OVER] = "over", [REPORT_END_DEADLINE] = "deadline",
    [REPORT_END_NOT_READY] = "not-ready", [REPORT_END_GUEST] = "guest",
};
static const char *const role[] = {
    [RS_ROLE_INIT] = "init", [RS_ROLE_DRIVER] = "driver", [RS_ROLE_APP] = "app",
};
static const char *const action[] = {
    [PLAN_LINK_DOWN] = "link-down", [PLAN_LINK_UP] = "link-up", [PLAN_AGENT] = "agent",
    [PLAN_MARK] = "mark", [PLAN_MODULE] = "module",
};
static const char *const verdict[] = { /* struct report_sample.kind */
    [1] = "damaged", [2] = "duplicated", [3] = "reordered", [4] = "misplaced", [5] = "foreign",
    [6] = "nic",
};
static const char *const loss[] = {
    [1] = "dark-fibre", [2] = "wire-full", [3] = "netdev", [4] = "fault",
};
static const char *const rule[] = {
#define RULE(id, name, severity, must, source, detail) name,
#include "model/bench/rules.def"
#undef RULE
};
static const char *const fault[] = {
#define FAULT(id, name, takes, hits, doc) name,
#include "model/bench/faults.def"
#undef FAULT
};

static const char *const refused[] = {
    [REPORT_REFUSED] = "refused", [REPORT_REFUSED_UNMAPPED] = "not-mapped",
    [REPORT_REFUSED_READ] = "not-readable", [REPORT_REFUSED_WRITE] = "not-writable",
    [REPORT_REFUSED_DOMAIN] = "no-domain", [REPORT_REFUSED_MEMORY] = "no-memory",
    [REPORT_REFUSED_FAULT] = "fault", [REPORT_REFUSED_TABLES] = "tables",
};
_Static_assert(LENGTH(refused) == REPORT_REFUSED_REASONS, "a reason without a word");

static const struct {
    const char *event, *field;
    const char *const *word;
    size_t count;
} fields[] = {
#define FIELD(event, field, words) {event, field, words, LENGTH(words)}
    FIELD("rx_drop", "reason", rx_drop),   FIELD("tx_drop", "reason", tx_drop),
    FIELD("bad_desc", "why", bad_desc),    FIELD("reset", "kind", reset),
    FIELD("dma_fault", "status", status),  FIELD("bus_fault", "status", status),
    FIELD("exit", "end", end),             FIELD("role", "role", role),
    FIELD("action", "kind", action),       FIELD("verdict", "verdict", verdict),
    FIELD("wire_lost", "why", loss),       FIELD("fault", "kind", fault),
    FIELD("fault_armed", "kind", fault),   FIELD("violation", "rule", rule),
    FIELD("iommu_fault", "reason", refused),
#undef FIELD
};

const char *rs_event_word(const char *event, const char *field, uint64_t value)
{
    for (size_t i = 0; i < LENGTH(fields); i++)
        if (!strcmp(fields[i].event, event) && !strcmp(fields[i].field, field))
            return value < fields[i].count ? fields[i].word[value] : NULL;
    return NULL;
}

const char *rs_rx_drop_counter(uint64_t reason)
{
    return reason < LENGTH(rx_drop_counter) ? rx_drop_counter[reason] : NULL;
}
