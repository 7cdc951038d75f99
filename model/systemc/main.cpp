/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ringside-systemc: SystemC as a host of the bench, and a machine of TLM-2.0 modules. Exit status
 * 0: done, and equal; 1: it was another run; 2: usage; 3: a file or this machine is at fault.
 */
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <getopt.h>
#include <systemc>

#include "model/systemc/replay.h"

namespace ringside {

void complain(const char *format, ...)
{
    va_list args;
    std::fputs("ringside-systemc: ", stderr);
    va_start(args, format);
    std::vfprintf(stderr, format, args);
    va_end(args);
    std::fputc('\n', stderr);
}

static void usage(FILE *to)
{
    std::fputs(
        "usage: ringside-systemc --plan FILE --stimulus FILE [--timing FILE] [--trace FILE]\n"
        "                        [--capture FILE] [--report FILE]\n"
        "Does a run that `ringside run --stimulus` has recorded again, on SystemC's kernel, and\n"
        "says whether its events were the same. docs/systemc.md\n",
        to);
}

/* -1: go on; else the program's exit status. */
static int parse(int argc, char **argv, options &o)
{
    static const struct option words[] = {
        {"plan", required_argument, nullptr, 'p'},
        {"stimulus", required_argument, nullptr, 'i'},
        {"timing", required_argument, nullptr, 'm'},
        {"trace", required_argument, nullptr, 't'},
        {"capture", required_argument, nullptr, 'c'},
        {"report", required_argument, nullptr, 'r'},
        {"help", no_argument, nullptr, 'h'},
        {nullptr, 0, nullptr, 0},
    };
    int word;
    while ((word = getopt_long(argc, argv, "", words, nullptr)) != -1) {
        switch (word) {
        case 'p': o.paths.plan = optarg; break;
        case 'i': o.stimulus = optarg; break;
        case 'm': o.paths.timing = optarg; break;
        case 't': o.paths.trace = optarg; break;
        case 'c': o.paths.capture = optarg; break;
        case 'r': o.paths.report = optarg; break;
        case 'h': usage(stdout); return EXIT_PASS;
        default: usage(stderr); return EXIT_USAGE;
        }
    }
    if (optind == argc && o.paths.plan && o.stimulus)
        return -1;
    usage(stderr);
    return EXIT_USAGE;
}

} // namespace ringside

int sc_main(int argc, char **argv)
{
    ringside::options o;
    int status = ringside::parse(argc, argv, o);
    if (status >= 0)
        return status;
    sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_INFO,
                                            sc_core::SC_DO_NOTHING); /* sc_stop() was called */
    try {
        return ringside::replay(o);
    } catch (const std::exception &e) {
        ringside::complain("%s", e.what());
        return ringside::EXIT_ENVIRONMENT;
    }
}

/* SystemC's own main() would print its banner between the lines of a test. */
int main(int argc, char **argv)
{
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
    return sc_core::sc_elab_and_sim(argc, argv);
}
