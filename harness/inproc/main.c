/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ringside-inproc: a host program like QEMU, for runs without a guest. Started by `ringside run
 * --host in-process`; exit status 0 when a report was written, 3 when not.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/inproc/job.h"

struct arguments {
    struct rec_paths paths;
    const char *job, *results;
    uint32_t page_bytes;
};

static void usage(FILE *to)
{
    fputs("usage: ringside-inproc --plan FILE --report FILE --job FILE --results FOLDER\n"
          "                       [--trace FILE] [--capture FILE] [--timing FILE]\n"
          "                       [--stimulus FILE] [--pages 4KiB|2MiB|1GiB]\n"
          "Runs a plan and a job without a guest. `ringside run --host in-process` makes both.\n",
          to);
}

static uint32_t page_size(const char *word)
{
    static const struct {
        const char *word;
        uint32_t bytes;
    } sizes[] = { { "4KiB", 1u << 12 }, { "2MiB", 1u << 21 }, { "1GiB", 1u << 30 } };

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (!strcmp(word, sizes[i].word))
            return sizes[i].bytes;
    return 0;
}

static bool parse(int argc, char **argv, struct arguments *a)
{
    static const struct option options[] = {
        { "plan", required_argument, NULL, 'p' },   { "report", required_argument, NULL, 'r' },
        { "trace", required_argument, NULL, 't' },  { "capture", required_argument, NULL, 'c' },
        { "job", required_argument, NULL, 'j' },    { "results", required_argument, NULL, 'o' },
        { "pages", required_argument, NULL, 's' },  { "timing", required_argument, NULL, 'm' },
        { "stimulus", required_argument, NULL, 'i' },
        { "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 },
    };
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'p': a->paths.plan = optarg; break;
        case 'r': a->paths.report = optarg; break;
        case 't': a->paths.trace = optarg; break;
        case 'c': a->paths.capture = optarg; break;
        case 'i': a->paths.stimulus = optarg; break;
        case 'm': a->paths.timing = optarg; break;
        case 'j': a->job = optarg; break;
        case 'o': a->results = optarg; break;
        case 's': a->page_bytes = page_size(optarg); break;
        case 'h': usage(stdout); exit(0);
        default: return false;
        }
    }
    if (!a->page_bytes)
        return false;
    return optind == argc && a->paths.plan && a->paths.report && a->job && a->results;
}

int main(int argc, char **argv)
{
    struct arguments a = { .page_bytes = INPROC_BLOCK_BYTES };
    static struct inproc_host host;
    char why[512] = "";

    if (!parse(argc, argv, &a)) {
        usage(stderr);
        return 2;
    }
    int rc = inproc_host_init(&host, &a.paths, why, sizeof why);
    host.page_bytes = a.page_bytes;
    if (!rc)
        rc = inproc_job_run(&host, a.job, a.results, why, sizeof why);
    if (!rc)
        rc = inproc_host_finish(&host, why, sizeof why);
    if (rc)
        fprintf(stderr, "ringside-inproc: %s\n", why);
    inproc_host_fini(&host);
    return rc ? 3 : 0;
}
