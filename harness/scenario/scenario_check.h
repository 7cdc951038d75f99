/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What one key says about another: the sense of a case that its keys alone do not show. Fills in
 * defaults that depend on other keys. For scenario.c only.
 */
#ifndef RINGSIDE_HARNESS_SCENARIO_CHECK_H
#define RINGSIDE_HARNESS_SCENARIO_CHECK_H

#include "harness/scenario/scenario.h"

struct check {
    const struct scenario *s;
    struct scenario_case *c;
    struct diag *diag;
    struct diag *files; /* complaints about other files that the scenario names */
    size_t errors;
};

#define rs_check_error(k, mark, ...)                                                               \
    ((k)->errors++, rs_scenario_complain((k)->s, (k)->diag, DIAG_ERROR, (mark), __VA_ARGS__))
#define rs_check_warning(k, mark, ...)                                                             \
    rs_scenario_complain((k)->s, (k)->diag, DIAG_WARNING, (mark), __VA_ARGS__)

void rs_check_description(struct check *k); /* first: what it says is checked like the rest */
void rs_check_machine(struct check *k); /* machine, clock, ports, driver, actions */
void rs_check_driver(struct check *k);
void rs_check_profile(struct check *k); /* behind rs_check_driver() */
void rs_check_dma(struct check *k); /* the last part of it */
void rs_check_script(struct check *k); /* behind rs_check_driver() */
void rs_check_faults(struct check *k);
void rs_check_traffic(struct check *k);
void rs_check_expect(struct check *k); /* also adds the implied ones */

void rs_check_steps(struct check *k);

/* A path that a scenario names, seen from the scenario's folder; the caller frees. */
char *rs_scenario_path(const struct scenario *s, const char *path);

#endif
