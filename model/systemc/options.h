/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the program was asked to do. Only main.cpp fills it in.
 */
#ifndef RINGSIDE_SYSTEMC_OPTIONS_H
#define RINGSIDE_SYSTEMC_OPTIONS_H

extern "C" {
#include "model/record/record.h"
}

namespace ringside {

/* As `ringside` has them. */
enum exit_status { EXIT_PASS = 0, EXIT_FAIL = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };

struct options {
    struct rec_paths paths = {};
    const char *stimulus = nullptr; /* replay; else the platform */
    const char *vcd = nullptr;      /* waves */
    /* of the platform */
    bool platform = false, iommu = true;
    uint64_t memory_ps = 90000;
    uint64_t quantum_ps = 0; /* how far the CPU may run ahead */
};

/* A line on stderr, with the program's name. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

} // namespace ringside

#endif
