/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The events of a run as waves: a VCD file (IEEE 1364) of links, queues and interrupts, for
 * GTKWave and its like. It takes the event stream of any module here, and writes each change at
 * the event's own time, in picoseconds, not when SystemC's kernel came to know of it.
 *
 * A signal exists when something happened to it. What lasts is a level; what is over at once (a
 * message, a transaction) stands for a nanosecond, a frame for as long as it has the wire, and
 * then the signal is 0 again.
 */
#ifndef RINGSIDE_SYSTEMC_WAVES_H
#define RINGSIDE_SYSTEMC_WAVES_H

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "model/systemc/payload.h"

namespace ringside {

class waves : public tlm::tlm_analysis_if<struct nic_event> {
public:
    waves(const char *path, const struct plan_header *plan);
    ~waves() override;
    waves(const waves &) = delete;
    waves &operator=(const waves &) = delete;

    void write(const struct nic_event &event) override;
    /* Puts the file together. false: it could not be written; why() says why. */
    bool close();
    const std::string &why() const { return why_; }

private:
    struct signal {
        std::string scope, name, code;
        unsigned bits;
        uint64_t value;
    };

    void level(const struct nic_event &event, const std::string &name, unsigned bits,
               uint64_t value);
    void pulse(const struct nic_event &event, const std::string &name, unsigned bits,
               uint64_t value, uint64_t ps);
    size_t find(const struct nic_event &event, const std::string &name, unsigned bits);
    void change(uint64_t time_ps, size_t signal, uint64_t value);
    void put(uint64_t time_ps, size_t signal, uint64_t value);
    void settle(uint64_t until_ps);
    void queue_event(const struct nic_event &event);
    void head(FILE *out) const;

    std::string path_, why_;
    uint64_t byte_ps_, time_ps_ = 0;
    FILE *body_;
    std::vector<signal> signals_;
    std::map<std::pair<std::string, std::string>, size_t> by_name_;
    std::map<std::pair<uint64_t, size_t>, uint64_t> ends_; /* of pulses: when and whose */
    std::map<std::string, unsigned> ids_;                  /* of the bench's events */
};

} // namespace ringside

#endif
