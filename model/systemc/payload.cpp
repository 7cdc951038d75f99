/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/systemc/payload.h"

#include <cstring>
#include <stdexcept>

namespace ringside {

uint64_t timing_of(const struct plan_header *plan, const char *name)
{
    for (unsigned i = 0; bench_timing_info(i); i++)
        if (!std::strcmp(bench_timing_info(i)->name, name))
            return plan->timing[i];
    throw std::runtime_error(std::string("the model has no timing parameter ") + name);
}

mmio_place mmio_decode(uint64_t address)
{
    return {
        static_cast<uint16_t>(address >> (MMIO_OFFSET_BITS + MMIO_SPACE_BITS)),
        static_cast<unsigned>(address >> MMIO_OFFSET_BITS & ((1u << MMIO_SPACE_BITS) - 1)),
        static_cast<uint32_t>(address & ((1u << MMIO_OFFSET_BITS) - 1)),
    };
}

/* ---- extensions ---- */

tlm::tlm_extension_base *cpu_extension::clone() const
{
    return new cpu_extension(*this);
}

void cpu_extension::copy_from(const tlm::tlm_extension_base &other)
{
    *this = static_cast<const cpu_extension &>(other);
}

tlm::tlm_extension_base *dma_extension::clone() const
{
    return new dma_extension(*this);
}

void dma_extension::copy_from(const tlm::tlm_extension_base &other)
{
    *this = static_cast<const dma_extension &>(other);
}

tlm::tlm_extension_base *frame_extension::clone() const
{
    return new frame_extension(*this);
}

void frame_extension::copy_from(const tlm::tlm_extension_base &other)
{
    *this = static_cast<const frame_extension &>(other);
}

tlm::tlm_response_status response_of(nic_dma_status status)
{
    switch (status) {
    case NIC_DMA_OK:
        return tlm::TLM_OK_RESPONSE;
    case NIC_DMA_FAULT:
        return tlm::TLM_GENERIC_ERROR_RESPONSE;
    default:
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    }
}

nic_dma_status status_of(tlm::tlm_response_status response)
{
    switch (response) {
    case tlm::TLM_OK_RESPONSE:
        return NIC_DMA_OK;
    case tlm::TLM_GENERIC_ERROR_RESPONSE:
        return NIC_DMA_FAULT;
    default: /* nobody answered, or not to this */
        return NIC_DMA_ABORT;
    }
}

/* ---- payloads ---- */

void payload_set(tlm::tlm_generic_payload &p, tlm::tlm_command command, uint64_t address,
                 void *data, uint32_t length)
{
    p.set_command(command);
    p.set_address(address);
    p.set_data_ptr(static_cast<unsigned char *>(data));
    p.set_data_length(length);
    p.set_streaming_width(length);
    p.set_byte_enable_ptr(nullptr);
    p.set_byte_enable_length(0);
    p.set_dmi_allowed(false);
    p.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

payload_pool::~payload_pool()
{
    for (tlm::tlm_generic_payload *payload : idle_) {
        delete[] payload->get_data_ptr();
        delete payload; /* and its extension */
    }
}

tlm::tlm_generic_payload *payload_pool::take(tlm::tlm_command command, uint64_t address,
                                             uint32_t length)
{
    tlm::tlm_generic_payload *payload;
    if (idle_.empty()) {
        payload = new tlm::tlm_generic_payload(this);
        payload->set_extension(new dma_extension);
        payload->set_data_ptr(new unsigned char[NIC_FRAME_MAX]);
    } else {
        payload = idle_.back();
        idle_.pop_back();
    }
    payload_set(*payload, command, address, payload->get_data_ptr(), length);
    *payload->get_extension<dma_extension>() = dma_extension();
    payload->acquire();
    return payload;
}

void payload_pool::free(tlm::tlm_generic_payload *payload)
{
    idle_.push_back(payload);
}

} // namespace ringside
