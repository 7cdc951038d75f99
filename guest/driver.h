/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The driver process of a job: an ordinary user's process with its output in our pipes, or a
 * root shell on the console. It must not know when to stop it.
 */
#ifndef RINGSIDE_GUEST_DRIVER_H
#define RINGSIDE_GUEST_DRIVER_H

#include <stddef.h>
#include <sys/types.h>

#include "guest/job.h"

#define DRIVER_FOLDER "/results/files" /* its current directory; it may write here */

struct driver {
    pid_t pid;    /* -1: none */
    int out, err; /* read ends, non-blocking; -1 with a shell */
    int input;    /* the FIFO of its input, for us to type into; -1: none */
};

/* Puts addresses into arguments and environment, and makes the FIFO: what driver_start() and
 * driver_environment() need. 0, or -errno with a sentence in why. */
int driver_prepare(struct driver *driver, const struct job *job, const struct pci_address *ports,
                   unsigned port_count, char *why, size_t room);

/* NAME=VALUE of all variables of the driver, NULL at the end. */
char *const *driver_environment(void);

/* Starts what the job says. Returns once the program really runs: 0, or -errno with a sentence
 * in why. */
int driver_start(struct driver *driver, const struct job *job, char *why, size_t room);

/* Types a line into its input. 0 or -errno. */
int driver_type(const struct driver *driver, const char *line);

#endif
