/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/systemc/bench_module.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace ringside {

namespace {

unsigned ports_of(const void *plan)
{
    return static_cast<const struct plan_header *>(plan)->ports.count;
}

void *aligned(size_t bytes)
{
    void *block = std::aligned_alloc(64, (bytes + 63) & ~size_t(63));
    if (!block)
        throw std::bad_alloc();
    std::memset(block, 0, bytes);
    return block;
}

uint64_t value_of(const tlm::tlm_generic_payload &p)
{
    uint64_t value = 0;
    if (p.is_write())
        std::memcpy(&value, p.get_data_ptr(), p.get_data_length());
    return value;
}

} // namespace

void bench_module::released::operator()(void *p) const
{
    std::free(p);
}

/* ---- what the bench asks ---- */

struct bench_module::host {
    static bench_module &of(void *module) { return *static_cast<bench_module *>(module); }

    static dma_extension what(uint16_t function, uint16_t tag, bool physical)
    {
        dma_extension e;
        e.function = function;
        e.tag = tag;
        e.physical = physical;
        return e;
    }
    static void dma_read(void *module, uint16_t function, uint16_t tag, uint64_t address,
                         bool physical, uint32_t length)
    {
        bench_module &m = of(module);
        uint8_t data[NIC_READ_MAX] = {};
        nic_dma_status status = status_of(m.transfer(what(function, tag, physical),
                                                     tlm::TLM_READ_COMMAND, address, data,
                                                     length));
        bench_dma_done(m.bench_, function, tag, status, data, status == NIC_DMA_OK ? length : 0);
    }
    static nic_dma_status dma_write(void *module, uint16_t function, uint16_t tag,
                                    uint64_t address, bool physical, const void *data,
                                    uint32_t length)
    {
        return status_of(of(module).transfer(what(function, tag, physical),
                                             tlm::TLM_WRITE_COMMAND, address,
                                             const_cast<void *>(data), length));
    }
    static nic_dma_status translate(void *module, uint16_t function, uint64_t address,
                                    bench_access_kind kind, struct bench_translation *out)
    {
        bench_module &m = of(module);
        dma_extension e = what(function, 0, false);
        e.translate = true;
        e.access = kind;
        nic_dma_status status =
            status_of(m.transfer(e, tlm::TLM_IGNORE_COMMAND, address, nullptr, 0));
        *out = m.what_.translation;
        return status == NIC_DMA_OK ? NIC_DMA_OK : NIC_DMA_FAULT;
    }
    static void message(void *module, uint16_t function, uint64_t address, uint32_t data)
    {
        dma_extension e = what(function, 0, true);
        e.message = true;
        of(module).transfer(e, tlm::TLM_WRITE_COMMAND, address, &data, sizeof(data));
    }
    static void intx(void *module, uint16_t function, bool level)
    {
        bench_module &m = of(module);
        unsigned line = function == BENCH_CONTROL ? PLAN_PORTS_MAX : NIC_FUNCTION_PORT(function);
        if (line > PLAN_PORTS_MAX)
            return;
        m.level_[line] = level;
        m.levels_.notify(sc_core::SC_ZERO_TIME);
    }
    static void frame_out(void *module, uint8_t port, const uint8_t *frame, uint32_t length)
    {
        bench_module &m = of(module);
        if (port >= m.ports_ || !m.eth_out[port].size())
            return;
        tlm::tlm_generic_payload p;
        frame_extension e;
        sc_core::sc_time delay;
        payload_set(p, tlm::TLM_WRITE_COMMAND, 0, const_cast<uint8_t *>(frame), length);
        p.set_extension(&e);
        m.eth_out[port]->b_transport(p, delay);
        p.clear_extension(&e);
    }
    static void wire(void *module, uint8_t port, bool out, uint64_t time_ps, const uint8_t *frame,
                     uint32_t length, bool good_fcs, uint64_t flow, uint64_t sequence)
    {
        if (of(module).rec_)
            rec_wire(of(module).rec_, port, out, time_ps, frame, length, good_fcs, flow, sequence);
    }
    static void kept(void *module, const struct nic_event *event, size_t count)
    {
        bench_module &m = of(module);
        if (m.rec_)
            rec_events(m.rec_, event, count);
        for (size_t i = 0; i < count; i++)
            m.events.write(event[i]);
    }
    static void wake(void *module, uint64_t virtual_ns) { of(module).wake_at(virtual_ns); }

    static const struct bench_host_ops ops;
};

const struct bench_host_ops bench_module::host::ops = [] {
    struct bench_host_ops o = {};
    o.dma_read = dma_read;
    o.dma_write = dma_write;
    o.translate = translate;
    o.message = message;
    o.intx = intx;
    o.frame_out = frame_out;
    o.wire = wire;
    o.events = kept;
    o.wake_at = wake;
    return o;
}();

tlm::tlm_response_status bench_module::transfer(const dma_extension &what,
                                                tlm::tlm_command command, uint64_t address,
                                                void *data, uint32_t length)
{
    sc_core::sc_time delay;
    what_ = what;
    payload_set(payload_, command, address, data, length);
    dma->b_transport(payload_, delay);
    return payload_.get_response_status();
}

/* ---- creation ---- */

bench_module::bench_module(sc_core::sc_module_name name, const void *plan, struct rec *rec)
    : sc_module(name), cpu("cpu"), dma("dma"), intx("intx", ports_of(plan)),
      control_intx("control_intx"), eth_out("eth_out", ports_of(plan)),
      eth_in("eth_in", ports_of(plan)), events("events"), ports_(ports_of(plan)), rec_(rec)
{
    struct bench_config config = {};
    const char *why = "no reason given";

    config.ports = static_cast<uint8_t>(ports_);
    wiring_.reset(aligned(bench_bytes()));
    block_.reset(aligned(bench_state_bytes(&config)));
    bench_ = static_cast<struct bench *>(wiring_.get());
    payload_.set_extension(&what_);
    if (bench_init(bench_, block_.get(), &config, plan, &host::ops, this, &why))
        throw std::runtime_error(std::string("the bench cannot start: ") + why);
    cpu.register_b_transport(this, &bench_module::access);
    for (unsigned port = 0; port < ports_; port++)
        eth_in[port].register_b_transport(this, &bench_module::frame_in, static_cast<int>(port));
    SC_METHOD(due);
    sensitive << due_;
    dont_initialize();
    SC_METHOD(drive);
    sensitive << levels_;
}

/* Who enters the bench is not always the same process; who drives its lines must be. */
void bench_module::drive()
{
    for (unsigned port = 0; port < ports_; port++)
        intx[port].write(level_[port]);
    control_intx.write(level_[PLAN_PORTS_MAX]);
}

bench_module::~bench_module()
{
    payload_.clear_extension(&what_);
}

/* ---- time ---- */

void bench_module::start_of_simulation()
{
    started_ = true;
    wake_at(wake_vns_);
}

void bench_module::wake_at(uint64_t virtual_ns)
{
    wake_vns_ = virtual_ns;
    if (!started_)
        return;
    due_.cancel();
    if (virtual_ns == UINT64_MAX)
        return;
    uint64_t at = bench_model_ps(bench_, virtual_ns), now = now_ps();
    due_.notify(from_ps(at > now ? at - now : 0));
}

void bench_module::due()
{
    if (!finished_ && wake_vns_ != UINT64_MAX)
        bench_advance(bench_, wake_vns_);
}

void bench_module::advance(uint64_t virtual_ns)
{
    bench_advance(bench_, virtual_ns);
}

void bench_module::invalidate(uint64_t virtual_ns, uint16_t function, uint64_t address,
                              uint64_t length)
{
    bench_advance(bench_, virtual_ns);
    bench_invalidate(bench_, function, address, length);
}

void bench_module::reset(uint64_t virtual_ns, uint16_t function, nic_reset_kind kind)
{
    bench_reset(bench_, virtual_ns, function, kind);
}

void bench_module::frame(uint64_t virtual_ns, uint8_t port, const uint8_t *frame, uint32_t length)
{
    bench_frame_in(bench_, virtual_ns, port, frame, length);
}

void bench_module::finish(struct bench_report *out)
{
    finished_ = true;
    bench_report(bench_, out);
}

/* ---- what is done to the bench ---- */

/* Value into or out of the payload; returns the stall. */
uint64_t bench_module::access_bench(uint64_t vns, tlm::tlm_generic_payload &p,
                                    const mmio_place &at)
{
    unsigned size = p.get_data_length();
    uint64_t value = value_of(p), stall = 0;
    auto narrow = static_cast<uint32_t>(value);

    if (at.function == BENCH_CONTROL && p.is_write())
        bench_control_write(bench_, vns, at.offset, narrow);
    else if (at.function == BENCH_CONTROL)
        value = bench_control_read(bench_, vns, at.offset);
    else if (at.space == MMIO_CONFIG && p.is_write())
        bench_config_write(bench_, vns, at.function, at.offset, size, narrow);
    else if (at.space == MMIO_CONFIG)
        value = bench_config_read(bench_, vns, at.function, at.offset, size);
    else if (p.is_write())
        stall = bench_mmio_write(bench_, vns, at.function, at.space, at.offset, size, value);
    else
        stall = bench_mmio_read(bench_, vns, at.function, at.space, at.offset, size, &value);
    if (p.is_read())
        std::memcpy(p.get_data_ptr(), &value, size);
    return stall;
}

void bench_module::access(tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
{
    const unsigned size = p.get_data_length();
    cpu_extension *clock = p.get_extension<cpu_extension>();

    if (p.get_byte_enable_ptr() || p.get_command() == tlm::TLM_IGNORE_COMMAND) {
        p.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
        return;
    }
    if ((size != 1 && size != 2 && size != 4 && size != 8) || p.get_streaming_width() < size) {
        p.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    uint64_t vns = clock ? clock->virtual_ns : bench_virtual_ns(bench_, now_ps() + to_ps(delay));
    uint64_t stall = access_bench(vns, p, mmio_decode(p.get_address()));
    if (clock)
        clock->stall_ns = stall;
    else
        delay += from_ps(bench_model_ps(bench_, vns + stall) - bench_model_ps(bench_, vns));
    p.set_response_status(tlm::TLM_OK_RESPONSE);
}

void bench_module::frame_in(int port, tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
{
    frame(bench_virtual_ns(bench_, now_ps() + to_ps(delay)), static_cast<uint8_t>(port),
          p.get_data_ptr(), p.get_data_length());
    p.set_response_status(tlm::TLM_OK_RESPONSE);
}

} // namespace ringside
