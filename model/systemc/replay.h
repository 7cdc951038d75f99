/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Replay: a recorded run of the in-process host done again by SystemC's kernel. It wires a bench
 * module to a player of the stimulus and says whether the events were the same.
 */
#ifndef RINGSIDE_SYSTEMC_REPLAY_H
#define RINGSIDE_SYSTEMC_REPLAY_H

#include "model/systemc/options.h"

namespace ringside {

/* Runs to its end; exit status of the program. */
int replay(const options &o);

} // namespace ringside

#endif
