/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The other end of a bench module when a recorded run is done again: an initiator that makes the
 * accesses of the stimulus at their times, and a target that answers as memory and IOMMU did. Both
 * compare what comes of it with the record; the first thing that differs ends the simulation, with
 * a sentence. It must not know the bench's inside.
 */
#ifndef RINGSIDE_SYSTEMC_STIMULUS_PLAYER_H
#define RINGSIDE_SYSTEMC_STIMULUS_PLAYER_H

#include <string>

#include "model/systemc/bench_module.h"

extern "C" {
#include "model/record/stimulus.h"
}

namespace ringside {

class stimulus_player : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<stimulus_player> cpu;
    tlm_utils::simple_target_socket<stimulus_player> dma;

    /* The file outlives the module. Resets, invalidations, frames and the end go to the bench. */
    stimulus_player(sc_core::sc_module_name name, struct rec_stimulus_file *file,
                    bench_module &bench, struct bench_report *report);
    SC_HAS_PROCESS(stimulus_player);

    enum outcome { RUNNING, EQUAL, DIFFERS, DAMAGED };
    outcome result() const { return outcome_; }
    const std::string &why() const { return why_; } /* of DIFFERS and DAMAGED */

private:
    void play();
    void play_one(const struct rec_stimulus &s, const uint8_t *data);
    void access(const struct rec_stimulus &s, uint64_t address, bool write, unsigned size);
    void end(const struct rec_stimulus &s);
    void answer(tlm::tlm_generic_payload &p, sc_core::sc_time &delay);
    bool answers(const struct rec_stimulus &s, const tlm::tlm_generic_payload &p,
                 const dma_extension &what) const;
    void stop(outcome outcome, const std::string &why);

    struct rec_stimulus_file *file_;
    bench_module &bench_;
    struct bench_report *report_;
    outcome outcome_ = RUNNING;
    std::string why_;
};

} // namespace ringside

#endif
