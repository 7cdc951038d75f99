/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/systemc/stimulus_player.h"

#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace ringside {

namespace {

__attribute__((format(printf, 1, 2))) std::string text(const char *format, ...)
{
    char line[400];
    va_list args;
    va_start(args, format);
    std::vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    return line;
}

/* What the bench asks for, in words. */
std::string request_text(const tlm::tlm_generic_payload &p, const dma_extension &what)
{
    const char *verb = what.translate ? "translate" : p.is_read() ? "read" : "write";
    return text("function 0x%04x wants to %s %u bytes at 0x%" PRIx64 " (tag 0x%x%s)",
                what.function, verb, p.get_data_length(), static_cast<uint64_t>(p.get_address()),
                what.tag, what.physical ? ", physical" : "");
}

} // namespace

stimulus_player::stimulus_player(sc_core::sc_module_name name, struct rec_stimulus_file *file,
                                 bench_module &bench, struct bench_report *report)
    : sc_module(name), cpu("cpu"), dma("dma"), file_(file), bench_(bench), report_(report)
{
    dma.register_b_transport(this, &stimulus_player::answer);
    SC_THREAD(play);
}

/* The first cause counts. */
void stimulus_player::stop(outcome outcome, const std::string &why)
{
    if (outcome_ != RUNNING)
        return;
    outcome_ = outcome;
    why_ = why;
    sc_core::sc_stop();
}

/* ---- what was done ---- */

void stimulus_player::play()
{
    struct rec_stimulus s;
    const uint8_t *data;
    char why[512] = "";
    int rc = 0;

    while (outcome_ == RUNNING &&
           (rc = rec_stimulus_next(file_, false, &s, &data, why, sizeof(why))) > 0) {
        uint64_t at = bench_model_ps(bench_.bench(), s.time_vns);
        if (at > now_ps())
            wait(from_ps(at - now_ps()));
        if (outcome_ == RUNNING)
            play_one(s, data);
    }
    if (rc < 0)
        stop(DAMAGED, why);
}

void stimulus_player::play_one(const struct rec_stimulus &s, const uint8_t *data)
{
    switch (s.kind) {
    case REC_MMIO_READ:
    case REC_MMIO_WRITE:
        access(s, mmio_address(s.function, s.detail & 7, s.offset), s.kind == REC_MMIO_WRITE,
               s.size);
        break;
    case REC_CONFIG_READ:
    case REC_CONFIG_WRITE:
        access(s, mmio_address(s.function, MMIO_CONFIG, s.offset), s.kind == REC_CONFIG_WRITE,
               s.size);
        break;
    case REC_CONTROL_READ:
    case REC_CONTROL_WRITE:
        access(s, mmio_address(BENCH_CONTROL, 0, s.offset), s.kind == REC_CONTROL_WRITE, 4);
        break;
    case REC_RESET:
        bench_.reset(s.time_vns, s.function, static_cast<nic_reset_kind>(s.detail));
        break;
    case REC_INVALIDATE:
        bench_.invalidate(s.time_vns, s.function, s.address, s.value);
        break;
    case REC_FRAME_IN:
        bench_.frame(s.time_vns, s.detail, data, s.length);
        break;
    case REC_ADVANCE:
        bench_.advance(s.time_vns);
        break;
    default:
        end(s);
        break;
    }
}

void stimulus_player::access(const struct rec_stimulus &s, uint64_t address, bool write,
                             unsigned size)
{
    tlm::tlm_generic_payload p;
    cpu_extension clock;
    sc_core::sc_time delay;
    uint64_t value = write ? s.value : 0;
    uint64_t mask = size < 8 ? (1ull << size * 8) - 1 : UINT64_MAX;

    clock.virtual_ns = s.time_vns;
    payload_set(p, write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND, address, &value, size);
    p.set_extension(&clock);
    cpu->b_transport(p, delay);
    p.clear_extension(&clock);
    if (!write && value != (s.value & mask))
        stop(DIFFERS, text("access %" PRIu64 " at %" PRIu64 " ns: offset 0x%x of function 0x%04x "
                           "reads 0x%" PRIx64 ", in the recorded run 0x%" PRIx64,
                           rec_stimulus_count(file_, false), s.time_vns, s.offset, s.function,
                           value, s.value & mask));
    else if (clock.stall_ns != s.result)
        stop(DIFFERS, text("access %" PRIu64 " at %" PRIu64 " ns: the CPU waits %" PRIu64 " ns, "
                           "in the recorded run %" PRIu64, rec_stimulus_count(file_, false),
                           s.time_vns, clock.stall_ns, s.result));
}

void stimulus_player::end(const struct rec_stimulus &s)
{
    struct rec_stimulus next;
    const uint8_t *data;
    char why[512] = "";

    bench_.finish(report_);
    if (report_->events != s.address)
        stop(DIFFERS, text("the trace has %" PRIu64 " events, in the recorded run %" PRIu64,
                           report_->events, s.address));
    else if (report_->trace_hash[0] != s.value || report_->trace_hash[1] != s.result)
        stop(DIFFERS, "the trace has as many events as in the recorded run, but another hash");
    int rc = rec_stimulus_next(file_, true, &next, &data, why, sizeof(why));
    if (rc < 0)
        stop(DAMAGED, why);
    else if (rc > 0)
        stop(DIFFERS, text("the recorded run had more than %" PRIu64 " answers",
                           rec_stimulus_count(file_, true) - 1));
    stop(EQUAL, "");
}

/* ---- what was answered ---- */

bool stimulus_player::answers(const struct rec_stimulus &s, const tlm::tlm_generic_payload &p,
                              const dma_extension &what) const
{
    const uint32_t length = p.get_data_length();
    if (s.function != what.function || s.address != p.get_address())
        return false;
    if (what.translate)
        return s.kind == REC_TRANSLATE && s.size == what.access;
    if (s.offset != what.tag || s.size != what.physical)
        return false;
    if (p.is_read())
        return s.kind == REC_DMA_READ && s.value == length &&
               (s.detail != NIC_DMA_OK || s.length == length);
    return s.kind == REC_DMA_WRITE && s.result == length &&
           s.value == rec_content(p.get_data_ptr(), length);
}

void stimulus_player::answer(tlm::tlm_generic_payload &p, sc_core::sc_time &)
{
    dma_extension *what = p.get_extension<dma_extension>();
    struct rec_stimulus s;
    const uint8_t *data;
    char why[512] = "";

    p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    if (outcome_ != RUNNING || !what)
        return;
    if (what->message) { /* nobody answers it: the stimulus does not have it */
        p.set_response_status(tlm::TLM_OK_RESPONSE);
        return;
    }
    int rc = rec_stimulus_next(file_, true, &s, &data, why, sizeof(why));
    if (rc < 0) {
        stop(DAMAGED, why);
    } else if (!rc || !answers(s, p, *what)) {
        stop(DIFFERS, text("answer %" PRIu64 ": at %" PRIu64 " ps %s; the recorded run %s",
                           rec_stimulus_count(file_, true), now_ps(),
                           request_text(p, *what).c_str(),
                           rc ? "had another request, or wrote other bytes" : "had none"));
    } else {
        if (s.kind == REC_DMA_READ)
            std::memcpy(p.get_data_ptr(), data, s.length);
        what->translation.physical = s.value;
        what->translation.page = s.result;
        what->translation.refused = static_cast<uint8_t>(s.offset);
        p.set_response_status(response_of(static_cast<nic_dma_status>(s.detail)));
    }
}

} // namespace ringside
