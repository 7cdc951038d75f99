/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ringside-inproc: a host program like QEMU, for runs without a guest. Started by `ringside run
 * --host in-process`; exit status 0 when a report was written, 3 when not.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/inproc/job.h"

struct arguments {
    struct rec_paths paths;
    const char *job, *results;
};

static void usage(FILE *to)
{
    fputs("usage: ringside-inproc --plan FILE --report FILE --job FILE --results FOLDER\n"
          "                       [--trace FILE] [--capture FILE]\n"
          "Runs a plan and a job without a guest. `ringside run --host in-process` makes both.\n",
          to);
}

static bool parse(int argc, char **argv, struct arguments *a)
{
    static const struct option options[] = {
        { "plan", required_argument, NULL, 'p' },   { "report", required_argument, NULL, 'r' },
        { "trace", required_argument, NULL, 't' },  { "capture", required_argument, NULL, 'c' },
        { "job", required_argument, NULL, 'j' },    { "results", required_argument, NULL, 'o' },
        { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 },
    };
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'p': a->paths.plan = optarg; break;
        case 'r': a->paths.report = optarg; break;
        case 't': a->paths.trace = optarg; break;
        case 'c': a->paths.capture = optarg; break;
        case 'j': a->job = optarg; break;
        case 'o': a->results = optarg; break;
        case 'h': usage(stdout); exit(0);
        default: return false;
        }
    }
    return optind == argc && a->paths.plan && a->paths.report && a->job && a->results;
}

int main(int argc, char **argv)
{
    struct arguments a = { 0 };
    static struct inproc_host host;
    char why[512] = "";

    if (!parse(argc, argv, &a)) {
        usage(stderr);
        return 2;
    }
    int rc = inproc_host_init(&host, &a.paths, why, sizeof why);
    if (!rc)
        rc = inproc_job_run(&host, a.job, a.results, why, sizeof why);
    if (!rc)
        rc = inproc_host_finish(&host, why, sizeof why);
    if (rc)
        fprintf(stderr, "ringside-inproc: %s\n", why);
    inproc_host_fini(&host);
    return rc ? 3 : 0;
}
