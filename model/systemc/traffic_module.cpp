/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/systemc/traffic_module.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>

extern "C" {
#include "model/bench/control_abi.h"
}

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

} // namespace

void traffic_module::released::operator()(void *p) const
{
    std::free(p);
}

/* ---- what the bench asks ---- */

struct traffic_module::border {
    static traffic_module &of(void *module) { return *static_cast<traffic_module *>(module); }

    /* Its own ports are idle: they read and write nothing. */
    static void dma_read(void *, uint16_t, uint16_t, uint64_t, bool, uint32_t) {}
    static nic_dma_status dma_write(void *, uint16_t, uint16_t, uint64_t, bool, const void *,
                                    uint32_t)
    {
        return NIC_DMA_ABORT;
    }
    static void message(void *, uint16_t, uint64_t, uint32_t) {}
    static void intx(void *, uint16_t, bool) {}
    static void wire(void *module, uint8_t port, bool out, uint64_t time_ps, const uint8_t *frame,
                     uint32_t length, bool good_fcs, uint64_t flow, uint64_t sequence)
    {
        if (of(module).rec_)
            rec_wire(of(module).rec_, port, out, time_ps, frame, length, good_fcs, flow, sequence);
    }
    static void kept(void *module, const struct nic_event *event, size_t count)
    {
        traffic_module &m = of(module);
        if (m.rec_)
            rec_events(m.rec_, event, count);
        for (size_t i = 0; i < count; i++)
            m.events.write(event[i]);
    }
    static void frame_in(void *module, unsigned port, const uint8_t *frame, uint32_t length,
                         bool good_fcs)
    {
        tlm::tlm_generic_payload p;
        frame_extension e;
        sc_core::sc_time delay;
        e.good_fcs = good_fcs;
        payload_set(p, tlm::TLM_WRITE_COMMAND, 0, const_cast<uint8_t *>(frame), length);
        p.set_extension(&e);
        of(module).eth_out[port]->b_transport(p, delay);
        p.clear_extension(&e);
    }
    static void carrier(void *module, unsigned port, bool present)
    {
        traffic_module &m = of(module);
        m.carriers_ = (m.carriers_ & ~(1u << port)) | static_cast<uint32_t>(present) << port;
        m.lights_.notify(sc_core::SC_ZERO_TIME);
    }

    static const struct bench_host_ops host;
    static const struct bench_outside_ops outside;
};

const struct bench_host_ops traffic_module::border::host = [] {
    struct bench_host_ops o = {};
    o.dma_read = dma_read;
    o.dma_write = dma_write;
    o.message = message;
    o.intx = intx;
    o.wire = wire;
    o.events = kept;
    return o;
}();

const struct bench_outside_ops traffic_module::border::outside = [] {
    struct bench_outside_ops o = {};
    o.frame_in = frame_in;
    o.carrier = carrier;
    return o;
}();

/* ---- creation ---- */

traffic_module::traffic_module(sc_core::sc_module_name name, const void *plan, struct rec *rec)
    : sc_module(name), eth_out("eth_out", ports_of(plan)), eth_in("eth_in", ports_of(plan)),
      light("light", ports_of(plan)), events("events"), ports_(ports_of(plan)), rec_(rec)
{
    struct bench_config config = {};
    const char *why = "no reason given";

    config.ports = static_cast<uint8_t>(ports_);
    wiring_.reset(aligned(bench_bytes()));
    block_.reset(aligned(bench_state_bytes(&config)));
    bench_ = static_cast<struct bench *>(wiring_.get());
    if (bench_init(bench_, block_.get(), &config, plan, &border::host, this, &why))
        throw std::runtime_error(std::string("the bench cannot start: ") + why);
    bench_outside(bench_, &border::outside, this);
    for (unsigned port = 0; port < ports_; port++)
        eth_in[port].register_b_transport(this, &traffic_module::frame_in,
                                          static_cast<int>(port));
    SC_METHOD(due);
    sensitive << due_;
    SC_METHOD(drive);
    sensitive << lights_;
}

traffic_module::~traffic_module() = default;

void traffic_module::drive()
{
    for (unsigned port = 0; port < ports_; port++)
        light[port].write(carriers_ >> port & 1);
}

/* ---- time ---- */

void traffic_module::arm(uint64_t next_ps)
{
    due_.cancel();
    if (next_ps != UINT64_MAX)
        due_.notify(from_ps(next_ps > now_ps() ? next_ps - now_ps() : 0));
}

void traffic_module::due()
{
    arm(bench_outside_run(bench_, now_ps()));
}

/* ---- from the NICs ---- */

void traffic_module::frame_in(int port, tlm::tlm_generic_payload &p, sc_core::sc_time &)
{
    const frame_extension *e = p.get_extension<frame_extension>();

    bench_outside_frame(bench_, now_ps(), static_cast<unsigned>(port), p.get_data_ptr(),
                        p.get_data_length(), !e || e->good_fcs);
    arm(bench_outside_run(bench_, now_ps()));
    p.set_response_status(tlm::TLM_OK_RESPONSE);
}

void traffic_module::write(const struct nic_event &event)
{
    bench_outside_event(bench_, &event);
    due_.notify(sc_core::SC_ZERO_TIME); /* it may have brought a deadline */
}

/* ---- the plan ---- */

void traffic_module::go()
{
    bench_control_write(bench_, bench_virtual_ns(bench_, now_ps()), RS_CTL_GO, 1);
    arm(bench_outside_run(bench_, now_ps()));
}

bool traffic_module::over() const
{
    return bench_status(bench_) & (RS_STATUS_OVER | RS_STATUS_DEADLINE);
}

void traffic_module::finish(struct bench_report *out)
{
    bench_control_write(bench_, bench_virtual_ns(bench_, now_ps()), RS_CTL_EXIT, 0);
    bench_report(bench_, out);
}

} // namespace ringside
