/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/systemc/waves.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstring>

namespace ringside {

namespace {

enum { SHORT_PS = 1000, NO_FLOW = -1 };

/* What VCD calls a signal: printable characters. */
std::string code_of(size_t number)
{
    std::string code;
    do {
        code += static_cast<char>('!' + number % 94);
        number /= 94;
    } while (number);
    return code;
}

std::string scope_of(uint16_t function)
{
    if (function == BENCH_CONTROL)
        return "plan";
    std::string scope = "port" + std::to_string(NIC_FUNCTION_PORT(function));
    if (function & 0xff)
        scope += "vf" + std::to_string((function & 0xff) - 1);
    return scope;
}

std::string binary(uint64_t value, unsigned bits)
{
    std::string text;
    for (unsigned i = bits; i-- > 0;)
        if (value >> i & 1 || !text.empty() || i == 0)
            text += static_cast<char>('0' + (value >> i & 1));
    return text;
}

} // namespace

waves::waves(const char *path, const struct plan_header *plan)
    : path_(path), byte_ps_(timing_of(plan, "wire_byte")), body_(std::tmpfile())
{
    if (!body_)
        why_ = std::string("a temporary file: ") + std::strerror(errno);
    for (unsigned id = 0; bench_event_names[id]; id++)
        ids_[bench_event_names[id]] = id;
}

waves::~waves()
{
    if (body_)
        std::fclose(body_);
}

/* ---- signals ---- */

size_t waves::find(const struct nic_event &event, const std::string &name, unsigned bits)
{
    auto key = std::make_pair(scope_of(event.function), name);
    auto found = by_name_.find(key);
    if (found != by_name_.end())
        return found->second;
    size_t number = signals_.size();
    signals_.push_back({key.first, name, code_of(number), bits, 0});
    by_name_[key] = number;
    return number;
}

void waves::put(uint64_t time_ps, size_t signal, uint64_t value)
{
    struct signal &s = signals_[signal];
    if (s.value == value || !body_)
        return;
    s.value = value;
    if (time_ps > time_ps_) {
        time_ps_ = time_ps;
        std::fprintf(body_, "#%" PRIu64 "\n", time_ps);
    }
    if (s.bits == 1)
        std::fprintf(body_, "%u%s\n", static_cast<unsigned>(value & 1), s.code.c_str());
    else
        std::fprintf(body_, "b%s %s\n", binary(value, s.bits).c_str(), s.code.c_str());
}

/* Pulses that end by then, in the order of their ends. */
void waves::settle(uint64_t until_ps)
{
    while (!ends_.empty() && ends_.begin()->first.first <= until_ps) {
        auto [when, signal] = ends_.begin()->first;
        ends_.erase(ends_.begin());
        put(when, signal, 0);
    }
}

void waves::change(uint64_t time_ps, size_t signal, uint64_t value)
{
    settle(time_ps);
    put(time_ps, signal, value);
}

void waves::level(const struct nic_event &event, const std::string &name, unsigned bits,
                  uint64_t value)
{
    change(event.time_ps, find(event, name, bits), value);
}

void waves::pulse(const struct nic_event &event, const std::string &name, unsigned bits,
                  uint64_t value, uint64_t ps)
{
    size_t signal = find(event, name, bits);
    for (auto end = ends_.begin(); end != ends_.end();) /* the next one cuts the last short */
        end = end->first.second == signal && end->first.first > event.time_ps ? ends_.erase(end)
                                                                              : std::next(end);
    change(event.time_ps, signal, value);
    ends_[{event.time_ps + std::max<uint64_t>(ps, 1), signal}] = 0;
}

/* ---- events ---- */

void waves::queue_event(const struct nic_event &e)
{
    auto name = [&](bool tx, const char *what) {
        return (tx ? "tx" : "rx") + std::to_string(e.queue) + what;
    };
    switch (e.id) {
    case NIC_EV_queue_enable:
        level(e, name(e.a, "_on"), 1, e.b);
        break;
    case NIC_EV_tail:
        level(e, name(e.a, "_tail"), 16, e.b);
        level(e, name(e.a, "_head"), 16, e.c);
        break;
    case NIC_EV_desc_fetch:
        level(e, name(e.a, "_fetched"), 16, e.b + e.c);
        break;
    case NIC_EV_rx_desc_done:
        level(e, name(false, "_done"), 16, e.a);
        break;
    case NIC_EV_tx_desc_done:
        level(e, name(true, "_done"), 16, e.a);
        break;
    case NIC_EV_rx_frame:
    case NIC_EV_tx_frame:
        pulse(e, name(e.id == NIC_EV_tx_frame, "_frame"), 16, e.a, SHORT_PS);
        break;
    default:
        break;
    }
}

void waves::write(const struct nic_event &e)
{
    auto is = [&](const char *name) { return e.id == ids_[name]; };

    settle(e.time_ps);
    if (e.id == NIC_EV_link)
        level(e, "link", 1, e.a);
    else if (e.id == NIC_EV_laser)
        level(e, "laser", 1, e.a);
    else if (e.id == NIC_EV_cause)
        level(e, "eicr", 32, e.a);
    else if (e.id == NIC_EV_msix)
        pulse(e, "vector" + std::to_string(e.queue), 1, 1, SHORT_PS);
    else if (e.id == NIC_EV_rx_drop)
        pulse(e, "rx_drop", 8, e.a + 1, SHORT_PS);
    else if (e.id < NIC_EVENTS)
        queue_event(e);
    else if (is("carrier"))
        level(e, "carrier", 1, e.a);
    else if (is("intx"))
        level(e, "intx", 1, e.a);
    else if (is("wire_in") || is("wire_in_bad"))
        pulse(e, "wire_in", 16, e.a, (e.a + NIC_FCS_BYTES) * byte_ps_);
    else if (is("wire_out") || is("wire_out_bad"))
        pulse(e, "wire_out", 16, e.a, (e.a + NIC_FCS_BYTES) * byte_ps_);
    else if (is("message"))
        pulse(e, "message", 1, 1, SHORT_PS);
    else if (is("dma_read"))
        pulse(e, "dma_read", 16, e.b, SHORT_PS);
    else if (is("dma_write"))
        pulse(e, "dma_write", 16, e.b, SHORT_PS);
    else if (is("go") || is("over"))
        level(e, "running", 1, is("go"));
}

/* ---- the file ---- */

void waves::head(FILE *out) const
{
    std::map<std::string, std::vector<const struct signal *>> scopes;
    for (const struct signal &s : signals_)
        scopes[s.scope].push_back(&s);
    std::fputs("$version ringside-systemc $end\n$timescale 1 ps $end\n"
               "$scope module ringside $end\n", out);
    for (const auto &[scope, signals] : scopes) {
        std::fprintf(out, "$scope module %s $end\n", scope.c_str());
        for (const struct signal *s : signals)
            std::fprintf(out, s->bits == 1 ? "$var wire %u %s %s $end\n"
                                           : "$var reg %u %s %s [%u:0] $end\n",
                         s->bits, s->code.c_str(), s->name.c_str(), s->bits - 1);
        std::fputs("$upscope $end\n", out);
    }
    std::fputs("$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n", out);
    for (const struct signal &s : signals_)
        std::fprintf(out, s.bits == 1 ? "0%s\n" : "b0 %s\n", s.code.c_str());
    std::fputs("$end\n", out);
}

bool waves::close()
{
    char buffer[65536];
    size_t bytes;
    FILE *out = body_ ? std::fopen(path_.c_str(), "wb") : nullptr;

    if (!out) {
        if (why_.empty())
            why_ = path_ + ": " + std::strerror(errno);
        return false;
    }
    settle(UINT64_MAX);
    head(out);
    bool bad = std::ferror(body_) || std::fseek(body_, 0, SEEK_SET);
    while (!bad && (bytes = std::fread(buffer, 1, sizeof(buffer), body_)) > 0)
        bad = std::fwrite(buffer, 1, bytes, out) != bytes;
    bad |= std::ferror(body_) != 0;
    bad |= std::fclose(out) != 0;
    if (bad)
        why_ = path_ + ": cannot be written: " + std::strerror(errno ? errno : EIO);
    return !bad;
}

} // namespace ringside
