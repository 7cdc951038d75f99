/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The job: what the guest does in one run, read from the text file /job/job. The grammar is
 * docs/formats/job.md. This part only reads text; it touches no device and starts nothing.
 */
#ifndef RINGSIDE_GUEST_JOB_H
#define RINGSIDE_GUEST_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/pci.h"

enum {
    JOB_VERSION = 1,
    JOB_BINDS_MAX = 8,
    JOB_PORTS_MAX = 16,
    JOB_ENVS_MAX = 64,
    JOB_ARGS_MAX = 256,
    JOB_TEXT_MAX = 64 * 1024, /* bytes of a job file */
    JOB_LINE_MAX = 4096,      /* bytes of a line, also after substitution */
    JOB_MODULES_MAX = 16,
    JOB_STEPS_MAX = 64,
    JOB_NAME_MAX = 64, /* bytes of a step's name, its end included */
};

/* when a step of the job runs; within a phase one after another, in the order of the file */
enum job_phase {
    JOB_PREPARE, /* before the driver is started */
    JOB_BEFORE,  /* the driver is ready, GO is not given */
    JOB_DURING,  /* from GO on */
    JOB_AFTER,   /* the plan is over, the driver still runs */
};

/* a shell script of the archive, run as root: /job/steps/NAME */
struct job_step {
    enum job_phase phase;
    uint64_t at_ns; /* not before this time from GO */
    uint64_t deadline_ms;
    char name[JOB_NAME_MAX];
};

#define JOB_INPUT "/run/driver.in"

/* every device with these ids gets this kernel driver */
struct job_bind {
    uint16_t vendor, device;
    char driver[32];
};

struct job {
    bool vfio; /* iommu vfio: hand the groups of the bound ports to the user */
    unsigned binds;
    struct job_bind bind[JOB_BINDS_MAX];
    uint32_t user; /* user and group id of the driver process */
    uint64_t memlock_bytes;
    const char *ready; /* NULL: the driver counts as ready once it is started */
    uint64_t ready_timeout_ms;
    int stop_signal;
    uint64_t stop_grace_ms;
    const char *stop_line; /* typed into its input instead of the signal; NULL: none */
    bool shell;      /* no driver: a shell on the console */
    bool no_process; /* the driver is in the kernel: nothing is started */
    bool input;      /* its standard input is the FIFO JOB_INPUT, else /dev/null */
    bool terminal;   /* its standard output is a terminal, so that C libraries flush each line */
    unsigned modules, steps;
    const char *module[JOB_MODULES_MAX]; /* name and parameters */
    struct job_step step[JOB_STEPS_MAX];
    unsigned envs, args;
    const char *env[JOB_ENVS_MAX]; /* KEY=VALUE, before substitution */
    const char *arg[JOB_ARGS_MAX]; /* before substitution */
    char text[JOB_TEXT_MAX + 1];   /* what the pointers above point into */
};

struct job_error {
    unsigned line; /* from 1; 0 when no line is to blame */
    char text[200];
};

/* Reads a job of `length` bytes into *job (which owns a copy of the text). Returns 0, or
 * -EINVAL with *error filled. */
int job_parse(struct job *job, const char *text, size_t length, struct job_error *error);

/* Copies `in` to out with ${PORTn} replaced by the address of port n. Any other ${...} is an
 * error; a $ without a brace stays. Returns 0, or -EINVAL with *error filled. */
int job_substitute(const char *in, const struct pci_address *ports, unsigned port_count, char *out,
                   size_t room, struct job_error *error);

#endif
