/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Check's main() for modules: a simulation cannot begin twice in a process, but Check runs each
 * case in a process of its own. Cases make their modules, then sc_start(). Knows no module.
 */
#ifndef RINGSIDE_SYSTEMC_TESTS_RUN_SC_TESTS_H
#define RINGSIDE_SYSTEMC_TESTS_RUN_SC_TESTS_H

#include <check.h>
#include <cstdlib>
#include <functional>
#include <systemc>

namespace ringside {

/* A thread of the test within the simulation; the simulation ends with it. */
struct test_thread : sc_core::sc_module {
    std::function<void()> body;

    test_thread(sc_core::sc_module_name name, std::function<void()> what)
        : sc_module(name), body(std::move(what))
    {
        SC_THREAD(run);
    }
    SC_HAS_PROCESS(test_thread);
    void run()
    {
        body();
        sc_core::sc_stop();
    }
};

inline int run_sc_tests(const char *name, TCase *cases)
{
    sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_INFO,
                                            sc_core::SC_DO_NOTHING);
    Suite *suite = suite_create(name);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

} // namespace ringside

/* SystemC's kernel does not give back all of its memory; only a sanitizer build asks. */
extern "C" const char *__asan_default_options();
extern "C" const char *__asan_default_options()
{
    return "detect_leaks=0";
}

int main(int argc, char **argv)
{
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
    return sc_core::sc_elab_and_sim(argc, argv);
}

#endif
