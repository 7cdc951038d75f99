/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The CPU profiles of the timed clock, as data. Under icount one guest instruction is 1 ns of
 * virtual time; a real core is faster, so virtual time runs num/den as long as model time.
 */
#include <glib.h>

#include "harness/scenario/scenario.h"

/*  name, dilation, stall of an uncached store, documentation */
#define PROFILES(ROW)                                                                              \
    ROW("2.4GHz", 1000, 337, 62000,                                                                \
        "Xeon E5-2620v3: 0.337 ns per instruction and 62 ns per uncached store, fitted to ixy's "  \
        "forwarding rate over its batch sizes")                                                    \
    ROW("3.3GHz", 1000, 224, 0,                                                                    \
        "Xeon E3 at 3.3 GHz: 0.224 ns per instruction, from ixy's 94 cycles for 127 instructions " \
        "at batch 32; that figure holds the stores already, so they cost nothing here")            \
    ROW("1.2GHz", 1000, 646, 62000,                                                                \
        "Xeon E5-2620v3 clocked down: 0.646 ns per instruction, from ixy's 103.8 cycles for "      \
        "127.8 instructions at batch 32, less its share of two stores of 62 ns")

static const struct scenario_profile profiles[] = {
#define ROW(name, num, den, stall, doc) {name, num, den, stall, doc},
    PROFILES(ROW)
#undef ROW
};

const char *const rs_profile_names[] = {
#define ROW(name, num, den, stall, doc) name,
    PROFILES(ROW)
#undef ROW
        NULL,
};

const struct scenario_profile *rs_profile(unsigned index)
{
    return index < G_N_ELEMENTS(profiles) ? &profiles[index] : NULL;
}
