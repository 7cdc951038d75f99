/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the guest's init reads: the job's grammar, and the header of the mailbox, which both sides
 * could have written.
 */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "guest/job.h"
#include "guest/mailbox.h"
#include "guest/pci.h"

static void read_job(const char *text, size_t bytes)
{
    static struct job job;
    struct pci_address ports[2] = {{0, 1, 0, 0}, {0, 2, 0, 0}};
    struct job_error error = {0};
    char out[JOB_LINE_MAX];

    if (job_parse(&job, text, bytes, &error)) {
        FUZZ_HOLDS(error.text[0], "refused without a reason");
        return;
    }
    for (unsigned i = 0; i < job.args; i++)
        (void)job_substitute(job.arg[i], ports, 2, out, sizeof(out), &error);
    for (unsigned i = 0; i < job.envs; i++)
        (void)job_substitute(job.env[i], ports, 1, out, 40, &error);
}

void fuzz_job(const uint8_t *data, size_t bytes)
{
    struct mailbox mailbox;
    char why[200] = "";
    uint8_t *copy;

    if (bytes < 1)
        return;
    copy = calloc(1, bytes + 4096); /* the mailbox is longer than its header */
    FUZZ_HOLDS(copy, "no memory");
    memcpy(copy, data + 1, bytes - 1);
    if (data[0] & 1) {
        read_job((const char *)copy, bytes - 1);
    } else if (mailbox_open(&mailbox, copy, (uint64_t)(data[0] >> 1) << 16, why, sizeof(why))) {
        FUZZ_HOLDS(*why, "refused without a reason");
    }
    free(copy);
}
