/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/systemc/interconnect.h"

#include <algorithm>

#include "model/systemc/interrupts.h"

namespace ringside {

interconnect::interconnect(sc_core::sc_module_name name, unsigned ports,
                           const struct bus_timing &timing, bool translates)
    : sc_module(name), dma("dma", ports), cpu("cpu"), memory("memory"), iommu("iommu"),
      interrupts("interrupts"), registers("registers", ports), timing_(timing),
      translates_(translates), links_(ports), later_("later")
{
    for (unsigned port = 0; port < ports; port++) {
        dma[port].register_nb_transport_fw(this, &interconnect::forward, static_cast<int>(port));
        links_[port].requests =
            std::make_unique<tlm_utils::peq_with_cb_and_phase<interconnect>>(
                this, &interconnect::phase_due);
    }
    cpu.register_b_transport(this, &interconnect::cpu_access);
    cpu.register_get_direct_mem_ptr(this, &interconnect::cpu_direct);
    cpu.register_transport_dbg(this, &interconnect::cpu_debug);
}

/* ---- the NICs' side: four phases ---- */

tlm::tlm_sync_enum interconnect::forward(int port, tlm::tlm_generic_payload &p,
                                         tlm::tlm_phase &phase, sc_core::sc_time &delay)
{
    if (phase == tlm::BEGIN_REQ)
        p.acquire();
    links_[static_cast<unsigned>(port)].requests->notify(p, phase, delay);
    return tlm::TLM_ACCEPTED;
}

void interconnect::phase_due(tlm::tlm_generic_payload &p, const tlm::tlm_phase &phase)
{
    const dma_extension *what = p.get_extension<dma_extension>();
    unsigned port = what ? NIC_FUNCTION_PORT(what->function) : 0;

    if (phase == tlm::BEGIN_REQ)
        arrive(port < links_.size() ? port : 0, p);
    else /* END_RESP */
        p.release();
}

/* When the link has sent so many bytes more. */
uint64_t interconnect::serve(uint64_t &free_ps, uint64_t bytes, uint64_t packets,
                             uint64_t header) const
{
    bytes += packets * header;
    return free_ps = std::max(free_ps, now_ps()) + (bytes * timing_.byte_fs + 999) / 1000;
}

/* A request begins to cross the link: the NIC may send the next when it has left. */
void interconnect::arrive(unsigned port, tlm::tlm_generic_payload &p)
{
    link &l = links_[port];
    uint64_t length = p.get_data_length(), physical = p.get_address();
    uint64_t packets = std::max<uint64_t>(1, (length + timing_.payload_max - 1) /
                                                 timing_.payload_max);
    uint64_t sent = p.is_write()
                        ? serve(l.up_free_ps, length, packets, timing_.write_header)
                        : serve(l.up_free_ps, 0, 1, timing_.read_header);
    later_.at(sent, [this, port, &p] {
        tlm::tlm_phase phase = tlm::END_REQ;
        sc_core::sc_time delay;
        dma[port]->nb_transport_bw(p, phase, delay);
    });
    uint64_t ready = sent + timing_.oneway_ps + translate(p, physical);
    ready = std::max(ready, l.last_write_ps); /* nothing overtakes a posted write */
    if (p.is_write()) {
        if (p.get_extension<dma_extension>()->message)
            ready += timing_.interrupt_ps;
        l.last_write_ps = ready;
    }
    later_.at(ready, [this, port, &p, physical] { carry_out(port, p, physical); });
}

/* Where it goes, and what finding that out takes. A refusal is the transaction's response. */
uint64_t interconnect::translate(tlm::tlm_generic_payload &p, uint64_t &physical)
{
    dma_extension *what = p.get_extension<dma_extension>();
    sc_core::sc_time delay;

    if (!translates_ || !what || what->message || what->physical)
        return 0;
    tlm::tlm_generic_payload question;
    dma_extension asked(*what);
    asked.translate = true;
    asked.access = p.is_write() ? BENCH_WRITE : BENCH_READ;
    payload_set(question, tlm::TLM_IGNORE_COMMAND, p.get_address(), nullptr, 0);
    question.set_extension(&asked);
    iommu->b_transport(question, delay);
    question.clear_extension(&asked);
    physical = asked.translation.physical;
    if (!question.is_response_ok())
        p.set_response_status(question.get_response_status());
    return to_ps(delay);
}

/* Memory is read or changed now, or the interrupt is there. */
void interconnect::carry_out(unsigned port, tlm::tlm_generic_payload &p, uint64_t physical)
{
    const dma_extension *what = p.get_extension<dma_extension>();
    sc_core::sc_time delay;

    if (p.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE) {
        uint64_t asked = p.get_address();
        p.set_address(physical);
        if (what->message && physical >= MESSAGE_BASE && physical < MESSAGE_END)
            interrupts->b_transport(p, delay);
        else
            memory->b_transport(p, delay);
        p.set_address(asked);
    }
    if (!p.is_read()) { /* posted: nothing comes back over the link, its place is free */
        respond(port, p, now_ps());
        return;
    }
    uint64_t ready = now_ps() + to_ps(delay);
    later_.at(ready, [this, port, &p] {
        uint64_t length = p.is_response_ok() ? p.get_data_length() : 0;
        uint64_t packets = std::max<uint64_t>(1, (length + timing_.payload_max - 1) /
                                                     timing_.payload_max);
        respond(port, p, serve(links_[port].down_free_ps, length, packets,
                               timing_.answer_header) + timing_.oneway_ps);
    });
}

void interconnect::respond(unsigned port, tlm::tlm_generic_payload &p, uint64_t at_ps)
{
    later_.at(at_ps, [this, port, &p] {
        tlm::tlm_phase phase = tlm::BEGIN_RESP;
        sc_core::sc_time delay;
        dma[port]->nb_transport_bw(p, phase, delay);
    });
}

/* ---- the CPU's side: loosely timed ---- */

void interconnect::cpu_access(tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
{
    uint64_t address = p.get_address();

    if (!(address & MMIO_WINDOW)) {
        memory->b_transport(p, delay);
        return;
    }
    mmio_place at = mmio_decode(address & ~MMIO_WINDOW);
    unsigned port = NIC_FUNCTION_PORT(at.function);
    if (port >= registers.size()) {
        p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    /* A write is posted: the CPU goes on, the register changes later. */
    sc_core::sc_time there = delay + from_ps(p.is_write() ? timing_.mmio_write_ps
                                                          : timing_.mmio_read_ps);
    p.set_address(address & ~MMIO_WINDOW);
    registers[port]->b_transport(p, there);
    p.set_address(address);
    if (p.is_read()) /* behind what the NIC has written before */
        delay = there + from_ps(std::max(links_[port].last_write_ps,
                                         now_ps() + timing_.oneway_ps) - now_ps() +
                                timing_.mmio_back_ps);
}

bool interconnect::cpu_direct(tlm::tlm_generic_payload &p, tlm::tlm_dmi &dmi)
{
    return !(p.get_address() & MMIO_WINDOW) && memory->get_direct_mem_ptr(p, dmi);
}

unsigned interconnect::cpu_debug(tlm::tlm_generic_payload &p)
{
    return p.get_address() & MMIO_WINDOW ? 0 : memory->transport_dbg(p);
}

} // namespace ringside
