/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/systemc/forwarder.h"

#include <cstring>
#include <stdexcept>
#include <string>

#include "model/systemc/interconnect.h"

namespace ringside {

namespace {

enum {
    SLOTS = 256, DESC_BYTES = 16, BUFFER_BYTES = 2048, BATCH = 32,
    RINGS = 0x10000, /* physical: rings, then buffers */
};
enum : uint32_t {
    QUEUE_ENABLE = 1u << 25, DROP_NONE = 0, LINK_UP = 1u << 30, PROMISCUOUS = 0x700,
    COMMAND_MASTER = 6, MSIX_ENABLE = 0x8000, GPIE_MSIX = 1u << 4, IVAR_VALID = 0x80,
};
/* Advanced data descriptor: type 3, EOP, insert FCS, report status. */
const uint32_t SEND = 3u << 20 | 1u << 24 | 1u << 25 | 1u << 27 | 1u << 29;
const uint32_t DD = 1;

/* Of an element of a register, by its name in the model's table. */
uint32_t offset_of(const std::string &name, unsigned element = 0)
{
    for (unsigned row = 0; row < nic_reg_rows(); row++) {
        const struct nic_reg_info *r = nic_reg_row(row);
        if (name == r->name && !r->alias && element >= r->first && element < r->first + r->count)
            return r->offset + (element - r->first) * r->stride;
    }
    throw std::runtime_error("the model has no register " + name);
}

uint64_t buffers_at(unsigned ports)
{
    return RINGS + ports * 2ull * SLOTS * DESC_BYTES;
}

uint64_t desc_at(uint64_t descs, uint32_t slot)
{
    return descs + slot % SLOTS * DESC_BYTES;
}

} // namespace

uint64_t forwarder::memory_used(unsigned ports)
{
    return buffers_at(ports) + ports * 2ull * SLOTS * BUFFER_BYTES;
}

forwarder::forwarder(sc_core::sc_module_name name, interrupt_module &interrupts,
                     std::vector<unsigned> to, uint64_t iova, const costs &cost)
    : sc_module(name), bus("bus"), interrupts_(interrupts), to_(std::move(to)), iova_(iova),
      cost_(cost), rx_(to_.size()), tx_(to_.size())
{
    SC_THREAD(run);
}

/* ---- accesses ---- */

void forwarder::spend(uint64_t ps)
{
    keeper_.inc(from_ps(ps));
    if (keeper_.need_sync())
        keeper_.sync();
}

void forwarder::access(tlm::tlm_command command, uint64_t address, void *data, unsigned bytes)
{
    tlm::tlm_generic_payload p;
    sc_core::sc_time delay = keeper_.get_local_time();

    payload_set(p, command, address, data, bytes);
    bus->b_transport(p, delay);
    keeper_.set(delay);
    failed_ |= !p.is_response_ok();
    if (p.is_dmi_allowed() && !has_direct_)
        has_direct_ = bus->get_direct_mem_ptr(p, direct_);
    if (keeper_.need_sync())
        keeper_.sync();
}

static bool within(const tlm::tlm_dmi &dmi, uint64_t address, unsigned bytes)
{
    return address >= dmi.get_start_address() && address <= dmi.get_end_address() - (bytes - 1);
}

/* Most of them hit a cache: they cost the frame's share of the CPU's time, and no latency. */
uint64_t forwarder::load(uint64_t address)
{
    uint64_t value = 0;
    if (has_direct_ && within(direct_, address, sizeof(value)))
        std::memcpy(&value, direct_.get_dmi_ptr() + (address - direct_.get_start_address()),
                    sizeof(value));
    else
        access(tlm::TLM_READ_COMMAND, address, &value, sizeof(value));
    return value;
}

void forwarder::store(uint64_t address, uint64_t value)
{
    if (has_direct_ && within(direct_, address, sizeof(value)))
        std::memcpy(direct_.get_dmi_ptr() + (address - direct_.get_start_address()), &value,
                    sizeof(value));
    else
        access(tlm::TLM_WRITE_COMMAND, address, &value, sizeof(value));
}

uint32_t forwarder::get(unsigned port, uint32_t offset)
{
    uint32_t value = 0;
    spend(cost_.register_ps);
    access(tlm::TLM_READ_COMMAND, MMIO_WINDOW | mmio_address(NIC_FUNCTION(port, 0), 0, offset),
           &value, sizeof(value));
    return value;
}

void forwarder::put(unsigned port, uint32_t offset, uint32_t value, unsigned space)
{
    spend(cost_.register_ps);
    access(tlm::TLM_WRITE_COMMAND,
           MMIO_WINDOW | mmio_address(NIC_FUNCTION(port, 0), space, offset), &value,
           sizeof(value));
}

/* ---- bringing up ---- */

void forwarder::start_ring(unsigned port, ring &r, const char *kind, unsigned number)
{
    const std::string prefix = kind;
    uint64_t buffers = buffers_at(static_cast<unsigned>(to_.size()));

    r.descs = RINGS + number * uint64_t(SLOTS) * DESC_BYTES;
    for (unsigned i = 0; i < SLOTS; i++)
        r.buffer.push_back(buffers + (number * uint64_t(SLOTS) + i) * BUFFER_BYTES);
    put(port, offset_of(prefix + "BAL"), static_cast<uint32_t>(r.descs + iova_));
    put(port, offset_of(prefix + "BAH"), static_cast<uint32_t>((r.descs + iova_) >> 32));
    put(port, offset_of(prefix + "LEN"), SLOTS * DESC_BYTES);
    put(port, offset_of(prefix + "H"), 0);
    put(port, offset_of(prefix + "T"), 0);
}

/* Queue 0 raises vector 0, whose message says which port. */
void forwarder::start_interrupt(unsigned port)
{
    uint32_t header = 0, at = 0x34;
    auto config = [&](uint32_t offset) {
        access(tlm::TLM_READ_COMMAND,
               MMIO_WINDOW | mmio_address(NIC_FUNCTION(port, 0), MMIO_CONFIG, offset), &header,
               sizeof(header));
        return header;
    };
    at = config(at) & 0xfc;
    for (int i = 0; i < 48 && at && (config(at) & 0xff) != 0x11; i++)
        at = config(at) >> 8 & 0xfc;
    uint64_t address = message_address(port);
    put(port, 0, static_cast<uint32_t>(address), 4);
    put(port, 4, static_cast<uint32_t>(address >> 32), 4);
    put(port, 8, 0, 4);
    put(port, 12, 0, 4);
    put(port, at, config(at) | MSIX_ENABLE << 16, MMIO_CONFIG);
    put(port, offset_of("GPIE"), get(port, offset_of("GPIE")) | GPIE_MSIX);
    put(port, offset_of("IVAR"), IVAR_VALID);
    put(port, offset_of("EIAC"), 1);
    put(port, offset_of("EIMS"), 1);
}

void forwarder::start_port(unsigned port)
{
    put(port, 4, COMMAND_MASTER, MMIO_CONFIG);
    start_ring(port, rx_[port], "RD", 2 * port);
    start_ring(port, tx_[port], "TD", 2 * port + 1);
    start_interrupt(port);
    put(port, offset_of("RDRXCTL"), get(port, offset_of("RDRXCTL")) | 2);
    put(port, offset_of("FCTRL"), PROMISCUOUS);
    put(port, offset_of("SRRCTL"), 1u << 25 | BUFFER_BYTES / 1024);
    put(port, offset_of("RXDCTL"), QUEUE_ENABLE);
    for (uint32_t i = 0; i < SLOTS - 1; i++)
        give(rx_[port], i);
    rx_[port].tail = SLOTS - 1;
    put(port, offset_of("RDT"), SLOTS - 1);
    put(port, offset_of("RXCTRL"), 1);
    put(port, offset_of("DMATXCTL"), get(port, offset_of("DMATXCTL")) | 1);
    put(port, offset_of("TXDCTL"), QUEUE_ENABLE);
}

/* All of them, within a tenth of a second. */
bool forwarder::wait_for_links()
{
    const uint64_t end = now_ps() + 100000000000ull;
    for (unsigned port = 0; port < to_.size(); port++)
        while (!(get(port, offset_of("LINKS")) & LINK_UP)) {
            keeper_.sync();
            if (now_ps() > end)
                return false;
            wait(from_ps(10000000));
        }
    keeper_.sync();
    return true;
}

/* ---- frames ---- */

void forwarder::give(ring &rx, uint32_t slot)
{
    uint64_t at = desc_at(rx.descs, slot);
    store(at + 8, 0);
    store(at, rx.buffer[slot % SLOTS] + iova_);
}

void forwarder::clean(ring &tx)
{
    while (tx.next != tx.tail && load(desc_at(tx.descs, tx.next) + 8) >> 32 & DD)
        tx.next++;
}

void forwarder::send(ring &tx, uint64_t buffer, uint32_t length, uint64_t &freed)
{
    uint64_t at = desc_at(tx.descs, tx.tail);
    freed = tx.buffer[tx.tail % SLOTS];
    tx.buffer[tx.tail % SLOTS] = buffer;
    store(at, buffer + iova_);
    store(at + 8, uint64_t(length) << 46 | SEND | length);
    tx.tail++;
}

/* What has come into a port, up to a batch. */
unsigned forwarder::forward(unsigned port)
{
    ring &rx = rx_[port];
    unsigned n = 0, out = to_[port], sent = 0;

    if (out < tx_.size())
        clean(tx_[out]);
    while (n < BATCH && !(out < tx_.size() && tx_[out].tail - tx_[out].next >= SLOTS - 1)) {
        uint64_t done = load(desc_at(rx.descs, rx.next) + 8);
        if (!(done & DD))
            break;
        uint64_t buffer = rx.buffer[rx.next % SLOTS];
        if (out < tx_.size()) {
            send(tx_[out], buffer, done >> 32 & 0xffff, buffer);
            sent++;
        }
        rx.buffer[rx.next % SLOTS] = buffer;
        give(rx, rx.next + SLOTS - 1); /* one slot stays empty: the one behind the tail */
        rx.next++;
        n++;
        spend(cost_.frame_ps);
    }
    if (sent)
        put(out, offset_of("TDT"), tx_[out].tail % SLOTS);
    if (n)
        put(port, offset_of("RDT"), (rx.next + SLOTS - 1) % SLOTS);
    forwarded_ += sent;
    return n;
}

void forwarder::run()
{
    const unsigned ports = static_cast<unsigned>(to_.size());

    keeper_.reset();
    for (unsigned port = 0; port < ports; port++)
        start_port(port);
    if (!wait_for_links() || failed_) {
        failed_ = true;
        sc_core::sc_stop();
        return;
    }
    if (ready)
        ready();
    for (;;) {
        unsigned frames = 0;
        for (unsigned port = 0; port < ports; port++)
            frames += forward(port);
        if (frames)
            continue;
        keeper_.sync();
        bool pending = false;
        for (unsigned port = 0; port < ports; port++)
            pending |= interrupts_.take(port) != 0;
        if (!pending) {
            wait(interrupts_.raised());
            wait(from_ps(cost_.interrupt_ps));
            keeper_.reset();
            taken_++;
        }
    }
}

} // namespace ringside
