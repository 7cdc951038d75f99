/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The platform: a machine of modules around NICs, as an example of how they are wired and as a
 * program that runs a scenario's plan on it. A CPU with a small driver forwards; interconnect,
 * memory and IOMMU supply the delays; the far end of the cables is the plan's.
 */
#ifndef RINGSIDE_SYSTEMC_PLATFORM_H
#define RINGSIDE_SYSTEMC_PLATFORM_H

#include "model/systemc/options.h"

namespace ringside {

/* Runs to the plan's end; exit status of the program. */
int platform(const options &o);

} // namespace ringside

#endif
