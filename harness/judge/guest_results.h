/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What came back from the guest: the files of its results folder (docs/formats/results.md), read
 * with distrust. The in-process host leaves the same files.
 */
#ifndef RINGSIDE_HARNESS_GUEST_RESULTS_H
#define RINGSIDE_HARNESS_GUEST_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/judge/counters.h"

enum { RS_COMPLAINTS_KEPT = 4, RS_STEPS_MAX = 64 };

/* How a step of the job ended. */
enum rs_step_end {
    RS_STEP_NOT_RUN,
    RS_STEP_NOT_STARTED,
    RS_STEP_EXIT,
    RS_STEP_SIGNAL,
    RS_STEP_LATE,
};

struct rs_step_result {
    char name[64];
    enum rs_step_end end;
    unsigned value; /* exit status, or number of the signal */
    uint64_t start_ms, end_ms;
    char *output; /* own allocation, valid UTF-8; NULL: none */
};

/* What of the kernel's log is a complaint: regular expressions, NULL at the end; or NULL. */
struct rs_kernel_words {
    const char *const *fail, *const *allow;
};

struct rs_guest {
    bool has_status;
    bool has_driver;      /* the driver process was started and has ended */
    int driver_exit;      /* exit status, or 128 + signal */
    int driver_signal;    /* 0 when it exited */
    bool ready;           /* it said that it was */
    bool core;            /* it left a core file */
    bool killed;          /* it did not stop when told to: SIGKILL */
    char stopped_by[16];  /* "plan", "self", "timeout", "agent"; "" when not known */
    unsigned code;        /* step of the job that did not work (guest/results.h); 0: all did */
    char reason[256];     /* in words */
    char dropped[32];     /* what did not fit into the mailbox; "" nothing */
    char panic[256];      /* what its kernel said when it panicked; "" it did not */
    unsigned complaints;  /* suspicious lines of the kernel log */
    char complaint[RS_COMPLAINTS_KEPT][160]; /* the first of them */
    struct rs_counters counters; /* of the driver's output; own allocation */
    unsigned steps;
    struct rs_step_result step[RS_STEPS_MAX];
};

/* Reads the status file's text. 0 or -EPROTO with a sentence; *guest keeps what was understood. */
int rs_guest_status(struct rs_guest *guest, const char *text, size_t bytes, char *why,
                    size_t why_bytes);

/* Counts the lines of a kernel log that tell of a bug. words: NULL, the built-in ones alone. */
void rs_guest_kernel_log(struct rs_guest *guest, const struct rs_kernel_words *words,
                         const char *text, size_t bytes);

/* What a guest that left no results said on its console (its end suffices): complaints, and
 * whether its kernel panicked. */
void rs_guest_console(struct rs_guest *guest, const struct rs_kernel_words *words,
                      const char *text, size_t bytes);

/* Reads a folder of results. 0, -ENOENT: no status file, -EPROTO: it is damaged. */
int rs_guest_results(struct rs_guest *guest, const char *folder,
                     const struct rs_kernel_words *words, char *why, size_t why_bytes);
/* The result of a step; NULL: the guest says nothing of it. */
const struct rs_step_result *rs_guest_step(const struct rs_guest *guest, const char *name);
void rs_guest_fini(struct rs_guest *guest);

#endif
