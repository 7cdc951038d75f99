/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ringside-systemc: SystemC as a host of the bench, and a machine of TLM-2.0 modules. Exit status
 * 0: done, and equal; 1: it was another run; 2: usage; 3: a file or this machine is at fault.
 */
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <getopt.h>
#include <systemc>

#include "model/systemc/platform.h"
#include "model/systemc/replay.h"

namespace ringside {

static void usage(FILE *to)
{
    std::fputs(
        "usage: ringside-systemc --plan FILE --stimulus FILE [OPTION]...\n"
        "       ringside-systemc --plan FILE --platform [OPTION]...\n"
        "The first does a run that `ringside run --stimulus` has recorded again, on SystemC's\n"
        "kernel, and says whether its events were the same. The second runs a plan on a machine\n"
        "of TLM-2.0 modules: CPU, interconnect, memory, IOMMU. docs/systemc.md\n"
        "  --trace FILE          events, for ringside trace\n"
        "  --vcd FILE            waves of links, queues and interrupts, for GTKWave\n"
        "  --capture FILE        frames, as pcapng\n"
        "  --report FILE         counters\n"
        "  --timing FILE         timing parameters instead of the plan's\n"
        "  --memory-latency NS   of the platform (90)\n"
        "  --quantum NS          how far its CPU may run ahead (0)\n"
        "  --no-iommu            its NICs use physical addresses\n",
        to);
}

/* Nanoseconds, up to a second. */
static bool parse_ns(const char *text, uint64_t &ps)
{
    char *end;
    double ns = std::strtod(text, &end);
    if (end == text || *end || !(ns >= 0 && ns <= 1e9))
        return false;
    ps = static_cast<uint64_t>(std::llround(ns * 1000));
    return true;
}

static bool take(int word, const char *argument, options &o)
{
    switch (word) {
    case 'p': o.paths.plan = argument; return true;
    case 'i': o.stimulus = argument; return true;
    case 'm': o.paths.timing = argument; return true;
    case 't': o.paths.trace = argument; return true;
    case 'c': o.paths.capture = argument; return true;
    case 'r': o.paths.report = argument; return true;
    case 'v': o.vcd = argument; return true;
    case 'P': o.platform = true; return true;
    case 'I': o.iommu = false; return true;
    case 'L': return parse_ns(argument, o.memory_ps);
    case 'Q': return parse_ns(argument, o.quantum_ps);
    default: return false;
    }
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
        {"vcd", required_argument, nullptr, 'v'},
        {"platform", no_argument, nullptr, 'P'},
        {"no-iommu", no_argument, nullptr, 'I'},
        {"memory-latency", required_argument, nullptr, 'L'},
        {"quantum", required_argument, nullptr, 'Q'},
        {"help", no_argument, nullptr, 'h'},
        {nullptr, 0, nullptr, 0},
    };
    int word;
    while ((word = getopt_long(argc, argv, "", words, nullptr)) != -1) {
        if (word == 'h') {
            usage(stdout);
            return EXIT_PASS;
        }
        if (!take(word, optarg, o)) {
            usage(stderr);
            return EXIT_USAGE;
        }
    }
    if (optind == argc && o.paths.plan && o.platform == !o.stimulus)
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
        return o.platform ? ringside::platform(o) : ringside::replay(o);
    } catch (const std::exception &e) {
        ringside::complain("%s", e.what());
        return ringside::EXIT_ENVIRONMENT;
    }
}

/* SystemC's kernel does not give back all of its memory; only a sanitizer build asks. */
extern "C" const char *__asan_default_options();
extern "C" const char *__asan_default_options()
{
    return "detect_leaks=0";
}

/* SystemC's own main() would print its banner between the lines of a test. */
int main(int argc, char **argv)
{
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
    return sc_core::sc_elab_and_sim(argc, argv);
}
