/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The NIC as a whole: birth, reset order, and where accesses, timers and completions go. It knows
 * every block by name and none from the inside.
 */
#include "model/nic/nic.h"

#include <errno.h>

#include "model/nic/nic_priv.h"

#define NS 1000u

void nic_timing_defaults(struct nic_timing *timing)
{
    *timing = (struct nic_timing){
        .byte_ps = 800,
        .phy_rx_ps = 155 * NS,
        .phy_tx_ps = 155 * NS,
        .rx_pipe_ps = 400 * NS,
        .tx_pipe_ps = 400 * NS,
        .link_up_ps = 1000ull * 1000 * NS, /* 1 ms: much sooner than hardware, yet not at once */
        .reset_ps = 0,
    };
}

size_t nic_state_size(void)
{
    return (sizeof(struct nic_state) + 63) / 64 * 64;
}

int nic_tables_init(const char **why)
{
    if (!nic_regs_init(why))
        return -EINVAL;
    if (!nic_vf_regs_init(why))
        return -EINVAL;
    nic_pci_init();
    return 0;
}

static bool config_good(const struct nic_config *c)
{
    static const uint8_t none[6];
    const struct nic_timing *t = &c->timing;
    const uint64_t longest_ps = 1000ull * 1000 * 1000 * 1000 * 1000; /* 1000 s */

    return c->lan_id <= 1 && c->module <= NIC_MODULE_DA && !(c->mac[0] & 1) &&
           memcmp(c->mac, none, sizeof(none)) != 0 && t->byte_ps > 0 && t->byte_ps <= 8000000 &&
           t->link_up_ps <= longest_ps && t->reset_ps <= longest_ps;
}

static void wire(struct nic *nic, void *block, const struct nic_host_ops *ops, void *host,
                 struct sched *sched)
{
    const struct nic_state *st = block;

    *nic = (struct nic){
        .st = block, .ops = ops, .host = host, .sched = sched,
        .function = NIC_FUNCTION(st->config.port, 0),
    };
}

int nic_init(struct nic *nic, void *block, const struct nic_config *config,
             const struct nic_host_ops *ops, void *host, struct sched *sched)
{
    const char *why;
    int status = nic_tables_init(&why);

    if (status < 0)
        return status;
    if (!config_good(config))
        return -EINVAL;
    memset(block, 0, nic_state_size());
    ((struct nic_state *)block)->config = *config;
    wire(nic, block, ops, host, sched);
    nic->st->magic = NIC_STATE_MAGIC;
    nic->st->version = NIC_STATE_VERSION;
    nic_reset(nic, NIC_RESET_POWER);
    return 0;
}

int nic_attach(struct nic *nic, void *block, const struct nic_host_ops *ops, void *host,
               struct sched *sched)
{
    const struct nic_state *st = block;
    const char *why;
    int status = nic_tables_init(&why);

    if (status < 0)
        return status;
    if (st->magic != NIC_STATE_MAGIC || st->version != NIC_STATE_VERSION ||
        !config_good(&st->config) || !nic_i2c_valid(st) || !nic_irq_valid(st) ||
        !nic_rx_valid(st) || !nic_fdir_valid(&st->fdir) || !nic_tx_valid(st) ||
        !nic_flow_valid(&st->flow) || !nic_rules_valid(st) || !nic_vfs_valid(st))
        return -EINVAL;
    wire(nic, block, ops, host, sched);
    memset(nic->st->rx.known, 0, sizeof(nic->st->rx.known));
    nic_vf_own(nic->st);
    return 0;
}

/* What differs from element to element, or from card to card. */
static void reset_first_elements(struct nic_state *st)
{
    const uint8_t *mac = st->config.mac;

    st->reg[R_RXPBSIZE] = 512 * 1024;
    st->reg[R_TXPBSIZE] = 160 * 1024;
    st->reg[R_RAL] = mac[0] | (uint32_t)mac[1] << 8 | (uint32_t)mac[2] << 16 |
                     (uint32_t)mac[3] << 24;
    st->reg[R_RAH] = mac[4] | (uint32_t)mac[5] << 8 | RAH_AV;
}

void nic_reset(struct nic *n, enum nic_reset_kind kind)
{
    bool software = kind == NIC_RESET_SW;

    nic_emit(n, NIC_EV_reset, 0, kind, 0, 0);
    if (!software)
        nic_link_drop(n);
    n->st->reset_until_ps = 0;
    n->st->reset_bits = 0;
    nic_stats_reset(n, kind);
    nic_regs_reset(n, software);
    reset_first_elements(n->st);
    nic_pci_reset(n, kind);
    nic_eeprom_reset(n, kind);
    nic_i2c_reset(n, kind);
    nic_clock_reset(n, kind);
    nic_irq_reset(n, kind);
    nic_rules_reset(n);
    nic_rx_reset(n, kind);
    nic_fdir_reset(n);
    nic_tx_reset(n, kind);
    nic_flow_reset(n);
    nic_vfs_reset(n, kind);
    nic_link_reset(n, kind); /* last: a link that comes up speaks to irq and tx */
}

/* ---- BAR accesses ---- */

enum { BAR_SHIFT = 56 }; /* of the BAR number in the offset of an event */

static uint32_t read_dword(struct nic *n, unsigned bar, uint32_t offset)
{
    uint64_t where = (uint64_t)bar << BAR_SHIFT | offset;
    uint32_t value;
    bool there = true;

    if (bar == 4)
        value = nic_msix_read(n, offset);
    else
        there = nic_regs_read(n, offset, &value);
    nic_emit(n, NIC_EV_mmio_read, 0, where, value, 0);
    if (!there)
        nic_rule_hole(n, bar, offset, value, false);
    return value;
}

static void write_dword(struct nic *n, unsigned bar, uint32_t offset, uint32_t value)
{
    uint64_t where = (uint64_t)bar << BAR_SHIFT | offset;

    nic_emit(n, NIC_EV_mmio_write, 0, where, value, 0);
    if (bar == 4)
        nic_msix_write(n, offset, value);
    else if (!nic_regs_write(n, offset, value))
        nic_rule_hole(n, bar, offset, value, true);
}

static bool access_good(unsigned bar, uint32_t offset, unsigned size)
{
    uint32_t bytes = bar == 0 ? NIC_BAR0_BYTES : bar == 4 ? NIC_BAR4_BYTES : 0;

    return (size == 4 || size == 8) && offset % size == 0 && offset < bytes;
}

uint64_t nic_mmio_read(struct nic *n, unsigned bar, uint32_t offset, unsigned size)
{
    uint64_t value;

    if (!access_good(bar, offset, size)) {
        nic_emit(n, NIC_EV_odd_access, 0, (uint64_t)bar << BAR_SHIFT | offset, size, 0);
        return 0;
    }
    if (nic_pci_in_d3(n)) { /* unsupported request [I-23] */
        nic_rule_hole(n, bar, offset, UINT32_MAX, false);
        return size == 8 ? UINT64_MAX : UINT32_MAX;
    }
    value = read_dword(n, bar, offset);
    if (size == 8)
        value |= (uint64_t)read_dword(n, bar, offset + 4) << 32;
    return value;
}

void nic_mmio_write(struct nic *n, unsigned bar, uint32_t offset, uint64_t value, unsigned size)
{
    if (!access_good(bar, offset, size)) {
        nic_emit(n, NIC_EV_odd_access, 0, (uint64_t)bar << BAR_SHIFT | offset, size, 1);
        return;
    }
    if (nic_pci_in_d3(n)) {
        nic_rule_hole(n, bar, offset, (uint32_t)value, true);
        return;
    }
    write_dword(n, bar, offset, (uint32_t)value);
    if (size == 8)
        write_dword(n, bar, offset + 4, (uint32_t)(value >> 32));
}

/* ---- timers, completions, room ---- */

void nic_line(struct nic *n, unsigned line)
{
    if (line == NIC_LINE_RX)
        nic_rx_pipe(n);
    else
        nic_tx_wire_fire(n);
}

void nic_fire(struct nic *n, const struct sched_event *event)
{
    if (event->kind >= SCHED_LINE_KIND) {
        nic_line(n, event->kind - SCHED_LINE_KIND);
        return;
    }
    switch ((enum nic_timer)event->kind) {
    case NIC_TIMER_LINK:
        nic_link_fire(n, event);
        break;
    case NIC_TIMER_RX:
        nic_rx_work(n);
        break;
    case NIC_TIMER_TX:
        nic_tx_work(n);
        break;
    case NIC_TIMER_EITR:
        nic_irq_fire(n, event);
        break;
    case NIC_TIMER_WB:
        nic_wb_fire(n, event);
        break;
    case NIC_TIMER_TCP:
        nic_clock_fire(n);
        break;
    case NIC_TIMER_FLOW:
        nic_flow_fire(n, event);
        break;
    case NIC_TIMER_VF_EITR:
        nic_vf_irq_fire(n, event);
        break;
    case NIC_TIMER_RATE:
        nic_tx_rate_fire(n);
        break;
    }
}

void nic_dma_done(struct nic *n, uint16_t tag, enum nic_dma_status status, const uint8_t *data,
                  uint32_t length)
{
    if (status != NIC_DMA_OK)
        nic_pci_read_refused(n);
    if (NIC_TAG_KIND(tag) <= NIC_TAG_TX_DESC)
        nic_tx_dma_done(n, tag, status, data, length);
    else if (NIC_TAG_KIND(tag) == NIC_TAG_RX_DESC)
        nic_rx_dma_done(n, tag, status, data, length);
    /* writes have no completion */
}

void nic_room(struct nic *n)
{
    nic_rx_room(n);
    nic_tx_room(n);
    nic_irq_room(n);
    nic_vf_irq_room(n);
}

/* ---- events ---- */

__attribute__((noinline)) void nic_tell(struct nic *n, uint16_t function, enum nic_event_id id,
                                        uint32_t queue, uint64_t a, uint64_t b, uint64_t c)
{
    struct nic_event e = {
        .time_ps = nic_now(n), .id = (uint16_t)id, .function = function, .queue = queue,
        .a = a, .b = b, .c = c,
    };
    n->ops->event(n->host, &e);
}

const struct nic_event_info *nic_event_info(unsigned id)
{
    static const struct nic_event_info info[NIC_EVENTS] = {
#define EVENT(name, level, queue, a, b, c, doc) { #name, level, queue, a, b, c, doc },
#include "model/nic/events.def"
#undef EVENT
    };
    return id < NIC_EVENTS ? &info[id] : NULL;
}
