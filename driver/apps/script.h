/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Register scripts: a small language in which a scenario says what is written to the device, read
 * from it, waited for and expected of it: registers by name, descriptors, buffers, doorbells,
 * interrupts. It can do what a driver must not do, too. docs/register-scripts.md is the manual.
 *
 * The text may come from anywhere: whatever is in it, it is run to an end or refused with the
 * place and a sentence. Loops are bounded (IXD_SCRIPT_STEPS_MAX) and every wait has a deadline.
 */
#ifndef RINGSIDE_DRIVER_APPS_SCRIPT_H
#define RINGSIDE_DRIVER_APPS_SCRIPT_H

#include "driver/bus.h"

enum {
    IXD_SCRIPT_TEXT_MAX = 128 * 1024,
    IXD_SCRIPT_STEPS_MAX = 2 * 1000 * 1000, /* statements that a run may take in all */
    IXD_SCRIPT_PORTS_MAX = 8,
};

struct ixd_script;

/* Where a script stands. */
enum ixd_script_state {
    IXD_SCRIPT_RUNS,
    IXD_SCRIPT_READY, /* `ready` was just passed, or the end of a script without it */
    IXD_SCRIPT_OVER,  /* at `over`: goes on once ixd_script_go_on() says so */
    IXD_SCRIPT_ENDED,
};

/* Reads a script: every mistake that can be known without a device is found here. 0, or -EINVAL
 * with a text that names the statement; *line (may be NULL) is then its line, from 1. */
int ixd_script_parse(struct ixd_script **out, const char *text, size_t length, unsigned *line,
                     struct ixd_error *err);
void ixd_script_free(struct ixd_script *s);

/* The ports it speaks of, 0 as long as none is given. They must outlive the script. */
void ixd_script_attach(struct ixd_script *s, struct ixd_bus *const *buses, unsigned count);

/* Runs one statement. 0 with *state, or -errno with a text: an expectation that does not hold
 * is -EPROTO, a wait whose time is up -ETIMEDOUT. After an error the script has ended. */
int ixd_script_step(struct ixd_script *s, enum ixd_script_state *state, struct ixd_error *err);
/* Lets it pass `over`. */
void ixd_script_go_on(struct ixd_script *s);
/* Runs it to its end. `over` does not hold it up. */
int ixd_script_finish(struct ixd_script *s, struct ixd_error *err);

/* What `print` and `dump` said, in order. */
void ixd_script_report(const struct ixd_script *s,
                       void (*emit)(void *context, const char *name, uint64_t value),
                       void *context);

#endif
