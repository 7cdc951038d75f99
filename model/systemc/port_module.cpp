/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/systemc/port_module.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace ringside {

namespace {

enum { POSTED_CREDIT = 32 * 1024, WRITE_COST = 32, MESSAGE_BYTES = 4 };

bool is_physical(const mmio_place &at)
{
    return !(at.function & 0xff);
}

} // namespace

void port_module::released::operator()(void *p) const
{
    std::free(p);
}

/* ---- what the NIC asks ---- */

struct port_module::owner {
    static port_module &of(void *module) { return *static_cast<port_module *>(module); }

    static tlm::tlm_generic_payload *payload(port_module &m, tlm::tlm_command command,
                                             uint16_t function, uint16_t tag, uint64_t address,
                                             uint32_t length)
    {
        tlm::tlm_generic_payload *p = m.pool_.take(command, address, length);
        dma_extension *e = p->get_extension<dma_extension>();
        e->function = function;
        e->tag = tag;
        return p;
    }
    static void dma_read(void *module, uint16_t function, uint16_t tag, uint64_t address,
                         uint32_t length)
    {
        port_module &m = of(module);
        tlm::tlm_generic_payload *p =
            payload(m, tlm::TLM_READ_COMMAND, function, tag, address, length);
        m.reads_[tag] = p; /* one that a reset has forgotten comes back to nobody */
        m.request(p);
    }
    static void posted(port_module &m, tlm::tlm_generic_payload *p, const void *data)
    {
        std::memcpy(p->get_data_ptr(), data, p->get_data_length());
        m.posted_ += p->get_data_length() + WRITE_COST;
        m.request(p);
    }
    static void dma_write(void *module, uint16_t function, uint16_t tag, uint64_t address,
                          const void *data, uint32_t length)
    {
        port_module &m = of(module);
        if (length && length <= NIC_FRAME_MAX)
            posted(m, payload(m, tlm::TLM_WRITE_COMMAND, function, tag, address, length), data);
    }
    static void message(void *module, uint16_t function, uint64_t address, uint32_t data)
    {
        port_module &m = of(module);
        tlm::tlm_generic_payload *p =
            payload(m, tlm::TLM_WRITE_COMMAND, function, 0, address, MESSAGE_BYTES);
        p->get_extension<dma_extension>()->message = true;
        posted(m, p, &data);
    }
    static uint32_t room(void *module, uint16_t)
    {
        port_module &m = of(module);
        uint32_t room = m.posted_ < POSTED_CREDIT ? POSTED_CREDIT - m.posted_ : 0;
        m.refused_room_ |= room < NIC_ROOM_MAX;
        return room;
    }
    static void intx(void *module, uint16_t, bool level)
    {
        of(module).level_ = level;
        of(module).levels_.notify(sc_core::SC_ZERO_TIME);
    }
    static void frame_out(void *module, uint16_t, const uint8_t *frame, uint32_t length,
                          bool good_fcs)
    {
        tlm::tlm_generic_payload p;
        frame_extension e;
        sc_core::sc_time delay;
        e.good_fcs = good_fcs;
        payload_set(p, tlm::TLM_WRITE_COMMAND, 0, const_cast<uint8_t *>(frame), length);
        p.set_extension(&e);
        of(module).eth_out->b_transport(p, delay);
        p.clear_extension(&e);
    }
    static void event(void *module, const struct nic_event *event)
    {
        of(module).events.write(*event);
    }

    static const struct nic_host_ops ops;
};

const struct nic_host_ops port_module::owner::ops = [] {
    struct nic_host_ops o = {};
    o.dma_read = dma_read;
    o.dma_write = dma_write;
    o.message = message;
    o.room = room;
    o.intx = intx;
    o.frame_out = frame_out;
    o.event = event;
    return o;
}();

/* ---- creation ---- */

port_module::port_module(sc_core::sc_module_name name, const struct nic_config &config)
    : sc_module(name), cpu("cpu"), dma("dma"), intx("intx"), eth_out("eth_out"),
      eth_in("eth_in"), light("light"), events("events"),
      block_(std::aligned_alloc(64, (nic_state_size() + 63) & ~size_t(63))),
      sched_(new struct sched), later_("later"), peq_(this, &port_module::phase_due)
{
    if (!block_)
        throw std::bad_alloc();
    sched_init(sched_.get(), config.port + 1u);
    if (nic_init(&nic_, block_.get(), &config, &owner::ops, this, sched_.get()))
        throw std::runtime_error("the NIC refused its configuration");
    cpu.register_b_transport(this, &port_module::access);
    eth_in.register_b_transport(this, &port_module::frame_in);
    dma.register_nb_transport_bw(this, &port_module::backward);
    SC_METHOD(wake);
    sensitive << wake_;
    SC_METHOD(light_changed);
    sensitive << light;
    dont_initialize();
    SC_METHOD(drive);
    sensitive << levels_;
}

port_module::~port_module()
{
    for (tlm::tlm_generic_payload *p : requests_)
        p->release();
}

void port_module::drive()
{
    intx.write(level_);
}

/* ---- time ---- */

/* All that the NIC has scheduled up to now; its clock is right afterwards. */
void port_module::work()
{
    struct sched_event e;
    uint32_t port;
    enum sched_line line;

    if (working_) /* a frame that it sends has come back to it */
        return;
    working_ = true;
    while ((line = sched_next(sched_.get(), now_ps(), &port, &e)) != SCHED_NONE) {
        if (line == SCHED_REST)
            nic_fire(&nic_, &e);
        else
            nic_line(&nic_, line);
    }
    working_ = false;
    uint64_t next = sched_next_ps(sched_.get());
    wake_.cancel();
    if (next != SCHED_NEVER)
        wake_.notify(from_ps(next > now_ps() ? next - now_ps() : 0));
}

void port_module::wake()
{
    work();
}

void port_module::light_changed()
{
    work();
    nic_carrier(&nic_, light.read());
    work();
}

/* ---- register accesses ---- */

void port_module::read(tlm::tlm_generic_payload &p, const mmio_place &at)
{
    const unsigned size = p.get_data_length(), vf = NIC_FUNCTION_VF(at.function);
    const bool config = at.space == MMIO_CONFIG;
    uint64_t value;

    if (is_physical(at))
        value = config ? nic_config_read(&nic_, at.offset, size)
                       : nic_mmio_read(&nic_, at.space, at.offset, size);
    else
        value = config ? nic_vf_config_read(&nic_, vf, at.offset, size)
                       : nic_vf_mmio_read(&nic_, vf, at.space, at.offset, size);
    std::memcpy(p.get_data_ptr(), &value, p.get_data_length());
}

void port_module::write(const mmio_place &at, uint64_t value, unsigned size)
{
    const unsigned vf = NIC_FUNCTION_VF(at.function);
    const auto narrow = static_cast<uint32_t>(value);

    work();
    if (is_physical(at) && at.space == MMIO_CONFIG)
        nic_config_write(&nic_, at.offset, narrow, size);
    else if (is_physical(at))
        nic_mmio_write(&nic_, at.space, at.offset, value, size);
    else if (at.space == MMIO_CONFIG)
        nic_vf_config_write(&nic_, vf, at.offset, narrow, size);
    else
        nic_vf_mmio_write(&nic_, vf, at.space, at.offset, value, size);
    work();
}

void port_module::access(tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
{
    const unsigned size = p.get_data_length();
    const mmio_place at = mmio_decode(p.get_address());

    if (p.get_byte_enable_ptr() || p.get_command() == tlm::TLM_IGNORE_COMMAND) {
        p.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
        return;
    }
    if (size != 1 && size != 2 && size != 4 && size != 8) {
        p.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    if (p.is_write()) {
        uint64_t value = 0;
        std::memcpy(&value, p.get_data_ptr(), size);
        later_.at(now_ps() + to_ps(delay), [this, at, value, size] { write(at, value, size); });
    } else {
        if (delay != sc_core::SC_ZERO_TIME)
            wait(delay);
        delay = sc_core::SC_ZERO_TIME;
        work();
        read(p, at);
        work();
    }
    p.set_response_status(tlm::TLM_OK_RESPONSE);
}

/* ---- frames ---- */

void port_module::frame_in(tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
{
    const frame_extension *e = p.get_extension<frame_extension>();
    bool good_fcs = !e || e->good_fcs;
    std::vector<uint8_t> frame(p.get_data_ptr(), p.get_data_ptr() + p.get_data_length());

    if (frame.size() > NIC_FRAME_MAX) {
        p.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    later_.at(now_ps() + to_ps(delay), [this, good_fcs, frame = std::move(frame)] {
        work();
        nic_frame_in(&nic_, frame.data(), static_cast<uint32_t>(frame.size()), good_fcs);
        work();
    });
    p.set_response_status(tlm::TLM_OK_RESPONSE);
}

/* ---- DMA, in four phases ---- */

void port_module::request(tlm::tlm_generic_payload *p)
{
    requests_.push_back(p);
    request_next();
}

void port_module::request_next()
{
    if (asking_ || requests_.empty())
        return;
    tlm::tlm_generic_payload &p = *requests_.front();
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay;

    asking_ = true;
    tlm::tlm_sync_enum sync = dma->nb_transport_fw(p, phase, delay);
    if (sync == tlm::TLM_UPDATED)
        peq_.notify(p, phase, delay);
    else if (sync == tlm::TLM_COMPLETED)
        peq_.notify(p, tlm::END_RESP, delay);
}

tlm::tlm_sync_enum port_module::backward(tlm::tlm_generic_payload &p, tlm::tlm_phase &phase,
                                        sc_core::sc_time &delay)
{
    peq_.notify(p, phase, delay);
    return tlm::TLM_ACCEPTED;
}

/* The request has been taken: the next one may go. */
void port_module::requested(tlm::tlm_generic_payload &p)
{
    if (!asking_ || requests_.front() != &p)
        return;
    requests_.pop_front();
    asking_ = false;
    request_next();
}

void port_module::phase_due(tlm::tlm_generic_payload &p, const tlm::tlm_phase &phase)
{
    requested(p);
    if (phase == tlm::END_REQ)
        return;
    if (phase == tlm::BEGIN_RESP) {
        tlm::tlm_phase end = tlm::END_RESP;
        sc_core::sc_time delay;
        dma->nb_transport_fw(p, end, delay);
    }
    complete(p);
    p.release();
}

void port_module::complete(tlm::tlm_generic_payload &p)
{
    const dma_extension *e = p.get_extension<dma_extension>();
    nic_dma_status status = status_of(p.get_response_status());

    work();
    if (p.is_read()) {
        auto latest = reads_.find(e->tag);
        if (latest != reads_.end() && latest->second == &p) {
            reads_.erase(latest);
            if (status != NIC_DMA_OK)
                nic_refused(&nic_, e->tag, p.get_address(), false);
            nic_dma_done(&nic_, e->tag, status, status == NIC_DMA_OK ? p.get_data_ptr() : nullptr,
                         status == NIC_DMA_OK ? p.get_data_length() : 0);
        }
    } else {
        posted_ -= p.get_data_length() + WRITE_COST;
        if (status != NIC_DMA_OK && !e->message)
            nic_refused(&nic_, e->tag, p.get_address(), false);
        if (refused_room_) {
            refused_room_ = false;
            nic_room(&nic_);
        }
    }
    work();
}

} // namespace ringside
