/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/systemc/memory.h"

#include <cstdlib>
#include <cstring>

namespace ringside {

void memory_module::released::operator()(void *p) const
{
    std::free(p);
}

memory_module::memory_module(sc_core::sc_module_name name, uint64_t bytes, uint64_t latency_ps)
    : sc_module(name), port("port"), bytes_(bytes), latency_ps_(latency_ps),
      data_(static_cast<unsigned char *>(std::calloc(1, bytes)))
{
    if (!data_)
        throw std::bad_alloc();
    port.register_b_transport(this, &memory_module::access);
    port.register_transport_dbg(this, &memory_module::debug);
    port.register_get_direct_mem_ptr(this, &memory_module::direct);
}

/* false: not all of it is there. */
bool memory_module::copy(tlm::tlm_generic_payload &p)
{
    uint64_t address = p.get_address(), length = p.get_data_length();

    if (length > bytes_ || address > bytes_ - length)
        return false;
    if (p.is_read())
        std::memcpy(p.get_data_ptr(), data_.get() + address, length);
    else if (p.is_write())
        std::memcpy(data_.get() + address, p.get_data_ptr(), length);
    return true;
}

bool memory_module::poke(uint64_t address, uint64_t value)
{
    tlm::tlm_generic_payload p;
    payload_set(p, tlm::TLM_WRITE_COMMAND, address, &value, sizeof(value));
    return copy(p);
}

void memory_module::access(int, tlm::tlm_generic_payload &p, sc_core::sc_time &delay)
{
    accesses_++;
    delay += from_ps(latency_ps_);
    if (p.get_byte_enable_ptr())
        p.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    else if (p.get_streaming_width() < p.get_data_length())
        p.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    else if (!copy(p))
        p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    else
        p.set_response_status(tlm::TLM_OK_RESPONSE);
    p.set_dmi_allowed(true);
}

unsigned memory_module::debug(int, tlm::tlm_generic_payload &p)
{
    return copy(p) ? p.get_data_length() : 0;
}

bool memory_module::direct(int, tlm::tlm_generic_payload &, tlm::tlm_dmi &dmi)
{
    dmi.allow_read_write();
    dmi.set_dmi_ptr(data_.get());
    dmi.set_start_address(0);
    dmi.set_end_address(bytes_ - 1);
    dmi.set_read_latency(from_ps(latency_ps_));
    dmi.set_write_latency(from_ps(latency_ps_));
    return true;
}

} // namespace ringside
